"""Word lists of the places set: streets, landmarks, hamlets. Written for this set."""


def _l(text):
    return [w.strip() for w in text.replace("\n", ",").split(",") if w.strip()]


STREETS_ALL = _l("""
Nguyễn Trãi, Lê Lợi, Trần Hưng Đạo, Quang Trung, Hai Bà Trưng, Lý Thường Kiệt, Nguyễn Huệ, Phan Bội Châu, Phan Chu Trinh
Nguyễn Du, Lê Duẩn, Trường Chinh, Hoàng Văn Thụ, Nguyễn Văn Cừ, Võ Nguyên Giáp, Phạm Văn Đồng, Điện Biên Phủ, Hùng Vương
Ngô Quyền, Đinh Tiên Hoàng, Lê Hồng Phong, Trần Phú, Nguyễn Thị Minh Khai, Lê Thánh Tông, Nguyễn Công Trứ, Bà Triệu
Tôn Đức Thắng, Nguyễn Bỉnh Khiêm, Chu Văn An, Hoàng Diệu, Phan Đình Phùng, Ngô Gia Tự, Nguyễn Đức Cảnh, Võ Thị Sáu
Lý Tự Trọng, Nguyễn Viết Xuân, Bùi Thị Xuân, Trần Quang Khải, Phạm Ngũ Lão, Yết Kiêu, Mạc Đĩnh Chi, Nguyễn Lương Bằng
Cách Mạng Tháng Tám, Hoàng Hoa Thám, Lê Đại Hành, Ngô Thì Nhậm, Tôn Thất Thuyết, Lê Quý Đôn, Đoàn Thị Điểm, Hồ Xuân Hương
Lương Thế Vinh, Tô Hiến Thành, Lê Văn Lương, Hòa Bình, Thống Nhất, Giải Phóng, Độc Lập, Xô Viết Nghệ Tĩnh, Nam Kỳ Khởi Nghĩa
""")
STREETS_N = _l("""
Lạch Tray, Tô Hiệu, Cầu Đất, Văn Cao, Chợ Con, Lương Khánh Thiện, Dư Hàng, Miếu Hai Xã, Hàng Kênh, Thiên Lôi, Cát Cụt
Hàng Bông, Hàng Gai, Hàng Đào, Hàng Mã, Hàng Bạc, Hàng Buồm, Hàng Trống, Hàng Thiếc, Hàng Than, Lò Đúc, Lò Sũ, Lò Rèn
Xã Đàn, Khâm Thiên, Tây Sơn, Thái Hà, Láng Hạ, Giảng Võ, Kim Mã, Đội Cấn, Thụy Khuê, Bưởi, Cầu Giấy, Xuân Thủy, Hồ Tùng Mậu
Trần Duy Hưng, Nguyễn Chí Thanh, Khuất Duy Tiến, Tố Hữu, Vạn Phúc, Chiến Thắng, Định Công, Kim Giang, Tam Trinh, Lĩnh Nam
Minh Khai, Bạch Mai, Đại Cồ Việt, Trương Định, Tân Mai, Nguyễn Văn Linh, Ngọc Lâm, Ngọc Thụy, Cổ Linh, Thạch Bàn, Âu Cơ
Lạc Long Quân, An Dương Vương, Xuân La, Võ Chí Công, Đê La Thành, Hoàng Quốc Việt, Phan Kế Bính, Đốc Ngữ, Vĩnh Phúc
Minh Cầu, Bến Oánh, Phan Đình Giót, Gang Thép, Mỏ Bạch, Cao Thắng, Hạ Long, Cái Dăm, Vườn Đào, Hậu Cần, Kênh Liêm
Nguyễn Đăng Đạo, Lý Thái Tổ, Kinh Dương Vương, Thiên Đức, Hồ Ngọc Lân, Ngọc Hân Công Chúa, Xương Giang, Thân Nhân Trung
Hoàng Công Chất, Mường Thanh, Sùng Phái, Chu Văn Thịnh, Lò Văn Giá, Hoàng Liên, Nhạc Sơn, Cầu Mây, Thạch Sơn, Fansipan
Tràng An, Vân Giang, Đinh Tất Miễn, Cát Linh, Trần Khát Chân, Lương Văn Thăng, Biên Hòa, Đinh Công Tráng, Hưng Yên
Lý Bôn, Kỳ Bá, Trần Lãm, Điện Biên, Phố Hiến, Bãi Sậy, Nguyễn Văn Linh kéo dài, Chùa Chuông, Tràng Thi, Đội Cung, Hạc Thành
Nguyễn Cao, Mê Linh, Lam Sơn, Kim Ngọc, Mậu Lâm, Tiên Dung, Châu Phong, Vũ Thê Lang, Cù Chính Lan, Chi Lăng, Bắc Sơn, Phai Vệ
Bế Văn Đàn, Kim Đồng, Pác Bó, Hoàng Đình Giong, Tân Trào, Bình Thuận, 17 tháng 8, Cây Đa, Cây Bàng, Đồng Tâm, Đình Đông
""")
STREETS_C = _l("""
Ông Ích Khiêm, Nguyễn Hữu Thọ, Tôn Đản, Trưng Nữ Vương, Hàm Nghi, Đống Đa, Hải Phòng, Ông Ích Đường, Cách Mạng, Núi Thành
Tiểu La, Lê Đình Lý, Châu Thị Vĩnh Tế, Ngũ Hành Sơn, Hoàng Sa, Trường Sa, Võ Văn Kiệt, Bạch Đằng, Yên Bái, Phan Tứ, Hà Huy Tập
Bà Huyện Thanh Quan, Mẹ Thứ, Mẹ Suốt, Âu Cơ nối dài, Nguyễn Sinh Sắc, Dũng Sĩ Thanh Khê, Trần Cao Vân, Hải Hồ, Thái Phiên
Chi Lăng, Bao Vinh, Nguyễn Sinh Cung, Phạm Văn Đồng nối dài, An Dương Vương, Tố Hữu, Bà Triệu, Đặng Thái Thân, Mai Thúc Loan
Kim Long, Vạn Xuân, Bùi Thị Xuân, Huyền Trân Công Chúa, Lâm Hoằng, Nguyễn Lộ Trạch, Tùng Thiện Vương, Tuy Lý Vương, Chế Lan Viên
Phong Định Cảng, Nguyễn Phong Sắc, Lê Viết Thuật, Hồ Tùng Mậu, Cao Xuân Huy, Đinh Công Tráng, Phan Đăng Lưu, Xuân Diệu
Nguyễn Xí, Đặng Dung, Vũ Quang, Hải Thượng Lãn Ông, Xuân Diệu, Nguyễn Công Trứ, Lý Nam Đế, Hữu Nghị, Trần Quang Khải
Trương Pháp, Nguyễn Hữu Cảnh, Lý Thánh Tông, Đặng Thí, Nguyễn Tri Phương, Khóa Bảo, Đinh Cương, Bích Khê, Nguyễn Nghiêm
Tăng Bạt Hổ, Diên Hồng, Nguyễn Thái Học, Ngô Mây, Tây Sơn, Đào Tấn, Nguyễn Nhạc, Wừu, Cách Mạng Tháng Tám, Sư Vạn Hạnh
Y Jút, Y Ngông, Y Moan Ênuôl, Mai Hắc Đế, Săm Brăm, Phan Kiệm, Trần Nhật Duật, Nơ Trang Long, Nơ Trang Gưh, Ama Khê, Ama Jhao
Thống Nhất, 23 tháng 10, 2 tháng 4, Vân Đồn, Hồng Bàng, Tô Vĩnh Diện, Nguyễn Thiện Thuật, Củ Chi, Lê Hồng Phong, Dã Tượng
Bùi Thị Xuân, Phù Đổng Thiên Vương, Mai Anh Đào, Vạn Kiếp, Nguyên Tử Lực, Trần Khánh Dư, Hà Huy Giáp, Thủ Khoa Huân, Đặng Văn Lãnh
""")
STREETS_S = _l("""
Lạc Long Quân, Âu Cơ, Lũy Bán Bích, Tân Hòa Đông, Phan Anh, Hương Lộ 2, Mã Lò, Bình Long, Lê Văn Quới, Tỉnh Lộ 10, Kênh Tân Hóa
Cộng Hòa, Phan Huy Ích, Quang Trung, Thống Nhất, Lê Đức Thọ, Phạm Văn Chiêu, Cây Trâm, Dương Quảng Hàm, Nguyễn Oanh, Phan Văn Trị
Nơ Trang Long, Chu Văn An, Bùi Đình Túy, Bạch Đằng, D5, Xô Viết Nghệ Tĩnh, Ung Văn Khiêm, Nguyễn Xí, Thanh Đa, Bình Quới
Kha Vạn Cân, Tô Ngọc Vân, Lê Văn Việt, Đỗ Xuân Hợp, Nguyễn Duy Trinh, Lương Định Của, Trần Não, Thảo Điền, Quốc Hương, Man Thiện
Huỳnh Tấn Phát, Nguyễn Thị Thập, Lê Văn Lương, Trần Xuân Soạn, Tôn Thất Thuyết, Bến Vân Đồn, Khánh Hội, Đoàn Văn Bơ, Tôn Đản
Hồng Bàng, Hậu Giang, Bình Tiên, Minh Phụng, Hàn Hải Nguyên, Lò Gốm, Lò Siêu, Gò Công, Phú Định, Bến Bình Đông, Tạ Quang Bửu
Phạm Thế Hiển, Dương Bá Trạc, Cao Lỗ, Hưng Phú, Âu Dương Lân, Nguyễn Văn Đậu, Phan Đăng Lưu, Phan Xích Long, Hoa Lan, Trường Sa
Hoàng Sa, Lê Văn Sỹ, Huỳnh Văn Bánh, Nguyễn Đình Chiểu, Bàn Cờ, Cao Thắng, Vườn Chuối, Nguyễn Thượng Hiền, Bà Hạt, Vĩnh Viễn
Nguyễn Ảnh Thủ, Tô Ký, Đặng Thúc Vịnh, Trung Mỹ Tây, Bùi Công Trừng, Lê Văn Khương, Hà Huy Giáp, Vườn Lài, Thạnh Lộc, An Phú Đông
Cây Keo, Cây Cám, Cây Me, Cây Sung, Gò Dầu, Gò Xoài, Độc Lập, Tân Sơn Nhì, Chợ Lớn, Bà Hom, Kinh Dương Vương, Võ Văn Kiệt
Đại lộ Bình Dương, Cách Mạng Tháng Tám, Yersin, Thích Quảng Đức, Phú Lợi, Huỳnh Văn Lũy, Bùi Văn Bình, Lê Chí Dân, Nguyễn Tri Phương
Đồng Khởi, Phạm Văn Thuận, Bùi Văn Hòa, Dương Tử Giang, Nguyễn Ái Quốc, Huỳnh Văn Nghệ, Phan Trung, Trương Định, Đoàn Văn Cự
Trương Công Định, Thùy Vân, Lê Ngọc Hân, Bình Giã, Bacu, Đô Lương, Phước Thắng, Trần Bình Trọng, Huyền Trân Công Chúa
Nguyễn Văn Linh, Mậu Thân, Nguyễn Văn Cừ nối dài, Lý Hồng Thanh, Cái Khế, Tầm Vu, Hoàng Quốc Việt, Huỳnh Cương, Đồng Văn Cống
Lộ Ngân Hàng, Lộ Hòa Lạc, Lộ Tẻ, Phó Cơ Điều, Mười Bốn Tháng Chín, Phạm Hùng, Ấp Bắc, Đinh Bộ Lĩnh, Trần Hưng Đạo nối dài
Nguyễn Trung Trực, Lâm Quang Ky, Mạc Cửu, Lạc Hồng, Tôn Đức Thắng, Hà Hoàng Hổ, Lý Thái Tổ, Ung Văn Khiêm, Trần Hữu Trang
Phan Ngọc Hiển, Lý Văn Lâm, Ngô Gia Tự, Cao Văn Lầu, Bà Triệu, Trần Huỳnh, Hòa Bình, Nguyễn Tất Thành, Lương Thế Trân
Võ Thị Sáu, Nguyễn Trãi nối dài, Tua Hai, Bời Lời, Lạc Long Quân, Điện Biên Phủ, Trưng Nữ Vương, Hương lộ 80, Lê Thị Riêng
""")
DATES = [
    "30⁄4",
    "2⁄9",
    "3⁄2",
    "19⁄5",
    "26⁄3",
    "1⁄5",
    "8⁄3",
    "27⁄7",
    "22⁄12",
    "20⁄10",
    "19⁄8",
    "3⁄7",
    "30 tháng 4",
    "2 tháng 9",
    "3 tháng 2",
    "19 tháng 8",
    "1 tháng 5",
    "26 tháng 3",
]
NUMBERED = [
    f"số {n}" for n in (1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 14, 16, 17, 18, 20, 21, 22, 23, 25, 26, 30, 32, 36, 41, 48)
] + [
    "D1",
    "D2",
    "D3",
    "D4",
    "D7",
    "D15",
    "N1",
    "N2",
    "N4",
    "N6",
    "N8",
    "N11",
    "T1",
    "T5",
    "T8",
    "B4",
    "C2",
    "C12",
    "số 4A",
    "số 9A",
    "số 12B",
    "TX 21",
    "TL 19",
    "HT 13",
    "TCH 10",
    "ĐHT 02",
    "TA 28",
    "XTT 5",
    "M1",
    "NB 3",
]
ROADS_N = [
    "quốc lộ 1A",
    "quốc lộ 5",
    "quốc lộ 10",
    "quốc lộ 18",
    "quốc lộ 32",
    "quốc lộ 3",
    "quốc lộ 6",
    "quốc lộ 2",
    "quốc lộ 37",
    "quốc lộ 38B",
    "quốc lộ 4D",
    "quốc lộ 70",
    "quốc lộ 21A",
    "quốc lộ 279",
    "tỉnh lộ 351",
    "tỉnh lộ 360",
    "tỉnh lộ 391",
    "ĐT 398",
    "ĐT 295B",
    "ĐT 419",
    "ĐT 265",
    "tỉnh lộ 70",
    "ĐH 12",
    "đường 353",
    "đường 208",
    "đường 70",
]
ROADS_C = [
    "quốc lộ 1A",
    "quốc lộ 1",
    "quốc lộ 7",
    "quốc lộ 46",
    "quốc lộ 48",
    "quốc lộ 8A",
    "quốc lộ 9",
    "quốc lộ 12A",
    "quốc lộ 14",
    "quốc lộ 14B",
    "quốc lộ 19",
    "quốc lộ 24",
    "quốc lộ 26",
    "quốc lộ 27C",
    "quốc lộ 28",
    "quốc lộ 20",
    "quốc lộ 49B",
    "ĐT 605",
    "ĐT 609",
    "ĐT 623B",
    "ĐT 639",
    "ĐT 723",
    "ĐT 725",
    "tỉnh lộ 10A",
    "tỉnh lộ 4",
    "tỉnh lộ 8",
    "tỉnh lộ 645",
    "ĐH 5",
]
ROADS_S = [
    "quốc lộ 1A",
    "quốc lộ 1K",
    "quốc lộ 13",
    "quốc lộ 14",
    "quốc lộ 22",
    "quốc lộ 22B",
    "quốc lộ 50",
    "quốc lộ 51",
    "quốc lộ 53",
    "quốc lộ 54",
    "quốc lộ 60",
    "quốc lộ 61",
    "quốc lộ 62",
    "quốc lộ 63",
    "quốc lộ 80",
    "quốc lộ 91",
    "quốc lộ N2",
    "quốc lộ 57B",
    "TL15",
    "TL 8",
    "tỉnh lộ 9",
    "tỉnh lộ 15",
    "ĐT 743",
    "ĐT 741",
    "ĐT 744",
    "ĐT 746",
    "ĐT 830",
    "ĐT 848",
    "ĐT 864",
    "ĐT 769",
    "tỉnh lộ 785",
    "tỉnh lộ 943",
    "tỉnh lộ 941",
    "hương lộ 11",
    "hương lộ 80B",
    "hương lộ 2",
    "lộ 19",
    "ĐH 503",
]

# landmarks: (name, kind)
SCHOOLS = _l("""
trường tiểu học Kim Đồng, trường tiểu học Lê Văn Tám, trường tiểu học Nguyễn Bá Ngọc, trường tiểu học Trần Quốc Toản
trường tiểu học Nguyễn Văn Trỗi, trường tiểu học Võ Thị Sáu, trường tiểu học Đinh Tiên Hoàng, trường tiểu học Phù Đổng
trường THCS Lê Quý Đôn, trường THCS Chu Văn An, trường THCS Trần Phú, trường THCS Nguyễn Du, trường THCS Colette
trường THCS Ngô Sĩ Liên, trường THCS Lương Thế Vinh, trường THCS Huỳnh Thúc Kháng, trường cấp 2 Lý Tự Trọng
trường THPT Nguyễn Thượng Hiền, trường THPT Thái Phiên, trường THPT Phan Châu Trinh, trường THPT Lê Hồng Phong
trường THPT Ngô Quyền, trường THPT Trần Hưng Đạo, trường THPT Hùng Vương, trường THPT Trưng Vương, trường cấp 3 Lý Thường Kiệt
trường mầm non Hoa Sen, trường mầm non Sơn Ca, trường mầm non Họa Mi, trường mẫu giáo Vàng Anh, trường mầm non Bông Hồng
""")
LAND_ALL = _l("""
cây xăng Petrolimex số 7, cây xăng số 12, cây xăng Hoàng Long, cây xăng Thành Công, cây xăng Minh Phát, cây xăng 39
siêu thị Co.opmart, siêu thị Winmart, siêu thị Go, siêu thị Lan Chi, Bách Hóa Xanh, Điện Máy Xanh, Circle K
ngân hàng Agribank, ngân hàng Vietcombank, ngân hàng BIDV, ngân hàng Sacombank, bưu điện trung tâm
công viên Thống Nhất, công viên Hòa Bình, công viên Thiếu Nhi, công viên Lê Thị Riêng, công viên Tao Đàn
bệnh viện đa khoa tỉnh, bệnh viện Phụ Sản, bệnh viện Nhi, bệnh viện Y học cổ truyền, bệnh viện Đa khoa Hồng Đức
nhà thờ Thánh Tâm, nhà thờ Chính Tòa, nhà thờ Đức Bà, nhà văn hóa Lao Động, nhà thi đấu đa năng, sân vận động trung tâm
nghĩa trang liệt sĩ, nghĩa trang nhân dân, quảng trường 2 tháng 9, trường đại học Sư phạm, nhà văn hóa thiếu nhi
""")
LAND_N = _l("""
chợ Đồng Xuân, chợ Hôm, chợ Cố Đạo, chợ Sắt, chợ Lương Văn Can, chợ Ga, chợ An Dương, chợ Thái, chợ Rồng, chợ Viềng
chợ Phố Hiến, chợ Nhớn, chợ Kỳ Lừa, chợ Cốc Lếu, chợ Vồi
hồ Tam Bạc, hồ An Biên, hồ Sen, hồ Thành, hồ Ba Mẫu, hồ Linh Đàm, hồ Đầm Vạc, mương An Kim Hải, kênh Tây Nam, cống Chân Kim
đê hữu Hồng, đê sông Cầu, đê tả sông Lam
đình Hàng Kênh, đình Kim Liên, đình Làng Cả, đền Nghè, đền Mẫu, chùa Dư Hàng, chùa Vẽ, chùa Hưng Ký, chùa Bà Đanh, phủ Tây Hồ
bến xe Niệm Nghĩa, bến xe Mỹ Đình, bến xe Giáp Bát, bến xe Cầu Rào, ga Hải Dương, ga Yên Viên
bệnh viện Việt Tiệp, bệnh viện Bạch Mai, bệnh viện Kiến An, bệnh viện Trẻ em, nhà hát lớn
quán bia Hải Xồm, quán bún cá Cô Lan, quán karaoke Hoàng Gia, quán nhậu Vườn Ổi, quán lẩu Phố Núi, quán cà phê Gió, quán bar Sunny
vườn hoa Lý Thái Tổ, vườn hoa Kim Đồng, làng nghề Đồng Kỵ, trại giam cũ Trần Phú, xưởng gỗ Tiến Đạt, bãi rác Tràng Cát
khu công nghiệp Nomura, khu công nghiệp VSIP, khu công nghiệp Đại An, khu công nghiệp Quế Võ, khu công nghiệp Bá Thiện
""")
LAND_C = _l("""
chợ Cồn, chợ Hàn, chợ Bắc Mỹ An, chợ Đông Ba, chợ An Cựu, chợ Tây Lộc, chợ Vinh, chợ Ga Vinh, chợ Đầm, chợ Xóm Mới, chợ Vĩnh Hải
chợ Phường Đúc, chợ Đồng Hới, chợ Ba Đồn, chợ Đông Hà, chợ Lớn Quy Nhơn, chợ Ba Đình, chợ Buôn Hồ, chợ Phan Rí, chợ Tam Kỳ, chợ Cây Sung
hồ Thạc Gián, hồ Tịnh Tâm, hồ Kiểm Huệ, hồ Goong, hồ Xuân Hương, kênh Phú Lộc, kênh Bắc, cống Hói Đá, đập Bàu Nít
bến xe Đức Long, bến xe phía Nam, bến xe Miền Trung, bến xe chợ Vinh, ga Lăng Cô, cảng Tiên Sa
chùa Linh Ứng, chùa Từ Đàm, chùa Long Sơn, chùa Ông, đình Nại Nam, đình Hải Châu, miếu Bà, lăng Cá Ông, nhà thờ Phủ Cam
bệnh viện C Đà Nẵng, bệnh viện Hữu nghị Nghệ An, bệnh viện Thiện Hạnh, bệnh viện Trung ương Huế
quán bê thui Cầu Mống, quán nhậu Bé Ni, quán cà phê Trung Nguyên, quán karaoke Kim Cương, quán bún bò Mụ Rớt, quán hải sản Năm Đảnh
khu công nghiệp Hòa Khánh, khu công nghiệp Bắc Vinh, khu công nghiệp Phú Tài, khu công nghiệp Quảng Phú, khu công nghiệp Trà Đa
bãi biển Mỹ Khê, bãi biển Cửa Lò, bãi rác Khánh Sơn, xưởng đá Hòa Hải, lò mổ Đa Phước, trại heo Phú Cường
""")
LAND_S = _l("""
chợ Bà Chiểu, chợ Cây Quéo, chợ Phạm Văn Hai, chợ Hòa Hưng, chợ Xóm Chiếu, chợ Bàu Sen, chợ Gò Vấp, chợ Hạnh Thông Tây
chợ Cây Gõ, chợ Bà Hoa, chợ Thủ Đức, chợ Búng, chợ Lái Thiêu, chợ Cái Khế, chợ An Bình, chợ Bà Bộ, chợ Rạch Giá, chợ Mỹ Long
chợ Cai Lậy, chợ Vĩnh Long, chợ Trà Ôn, chợ Long Hoa, chợ Biên Hòa, chợ Sặt, chợ Cà Mau, chợ nổi Phong Điền
rạch Xuyên Tâm, rạch Ông Dầu, rạch Bà Tiếng, kênh Nhiêu Lộc, kênh Tàu Hủ, kênh Ba Bò, kênh Tham Lương, kênh Xáng, hồ Con Rùa
hồ Xáng Thổi, hồ Bún Xáng, cống Bà Xếp, cống Cái Lớn, đê bao Tân Trụ, bờ kè Hai Thành
bến xe Miền Đông, bến xe An Sương, bến xe Chợ Lớn, bến xe Cần Thơ, bến phà Cát Lái, bến phà Vàm Cống, bến đò Bình Mỹ
chùa Vĩnh Nghiêm, chùa Dơi, chùa Bà Thiên Hậu, chùa Phật Lớn, đình Bình Thủy, đình Phú Nhuận, đình Thông Tây Hội, miếu Ông Địa
tòa thánh Tây Ninh, thánh thất Cao Đài, nhà thờ Ba Chuông, nhà thờ Tân Định, nhà thờ Cha Tam, nhà thờ Tắc Sậy
bệnh viện Chợ Rẫy, bệnh viện Gia Định, bệnh viện Từ Dũ, bệnh viện Thống Nhất, bệnh viện Xuyên Á, bệnh viện Hoàn Mỹ
quán nhậu Hai Lúa, quán ốc Đào, quán cà phê Chòi Lá, quán cơm Ba Ghiền, quán karaoke Nice, quán lẩu dê Tư Trì, quán hủ tiếu Cô Ba
quán cháo lòng Bà Út, quán bida Thành Đạt, tiệm vàng Kim Hoàng, tiệm tạp hóa Dì Sáu, vựa ve chai Út Hiền, lò bánh mì Hoàng Yến
khu công nghiệp Tân Bình, khu công nghiệp Sóng Thần, khu công nghiệp Trà Nóc, khu công nghiệp Long Hậu, khu công nghiệp Amata
khu chế xuất Tân Thuận, khu công nghiệp Tân Hương, nghĩa trang Bình Hưng Hòa, nghĩa trang Gò Đen, bãi rác Đông Thạnh, trại cá sấu Hoa Cà
""")
NOISY = ("quán", "tiệm", "vựa", "lò ", "xưởng", "trại", "siêu thị", "nhà thi đấu", "Circle", "Bách", "Điện Máy")

BRIDGES = {
    "N": _l("""cầu Rào, cầu Niệm, cầu An Đồng, cầu Bính, cầu Quay, cầu Tam Bạc, cầu Long Biên, cầu Chương Dương, cầu Vĩnh Tuy
        cầu Mai Dịch, cầu Trắng, cầu Đen, cầu Bươu, cầu Diễn, cầu Gia Bẩy, cầu Bến Tượng, cầu Phú Lương, cầu Kỳ Cùng, cầu Cốc Lếu
        cầu vượt Lạch Tray, cầu vượt Ngã Tư Sở, cầu Bố, cầu Đò Quan, cầu Phao, cầu Lộc Hà"""),
    "C": _l("""cầu Rồng, cầu Sông Hàn, cầu Tiên Sơn, cầu Cẩm Lệ, cầu Đỏ, cầu Trường Tiền, cầu Gia Hội, cầu Bạch Hổ, cầu Bến Thủy
        cầu Kênh Bắc, cầu Cửa Tiền, cầu Nhật Lệ, cầu Đông Hà, cầu Trà Khúc, cầu Đôi, cầu Thị Nại, cầu Hà Ra, cầu Xóm Bóng
        cầu Ông Cọp, cầu Đà Rằng, cầu Sê-rê-pốk, cầu Ông Đạo, cầu vượt Ngã Ba Huế, cầu Câu Lâu, cầu Vĩnh Điện"""),
    "S": _l("""cầu Sài Gòn, cầu Bình Lợi, cầu Chà Và, cầu Nhị Thiên Đường, cầu Kênh Tẻ, cầu Ông Lãnh, cầu Bông, cầu Kiệu, cầu Lê Văn Sỹ
        cầu Công Lý, cầu Hang, cầu Bà Hom, cầu Bưng, cầu Tham Lương, cầu Ông Bố, cầu Ngang, cầu Hóa An, cầu Ghềnh, cầu Rạch Ngỗng
        cầu Quang Trung, cầu Cái Răng, cầu Cái Sắn, cầu Rạch Miễu, cầu Mỹ Thuận, cầu Gành Hào, cầu Ông Đốc, cầu vượt Sóng Thần
        cầu vượt Củ Chi, cầu Bà Bèo, cầu Kinh Xáng, cầu Bến Lức, cầu Cái Cối, cầu Chợ Gạo, cầu Ván, cầu Đúc, cầu Sắt"""),
}
CROSS = {
    "N": _l("""ngã tư Sở, ngã tư Vọng, ngã tư Cầu Giấy, ngã năm Cát Bi, ngã tư An Dương, ngã sáu Máy Tơ, ngã ba Xi Măng, ngã ba Môi
        ngã tư Quán Mau, ngã tư Thành Đội, ngã ba Chanh, ngã ba Bốt Tròn, ngã ba Dốc Lã, ngã tư Big C, ngã ba Cọ, ngã tư Gốc Đa, ngã ba Hạc"""),
    "C": _l("""ngã ba Huế, ngã ba Hòa Cầm, ngã tư Cây Dầu, ngã năm Đống Đa, ngã sáu Buôn Ma Thuột, ngã ba Phú Tài, ngã tư Vinh
        ngã ba Thành, ngã sáu Nguyễn Tri Phương, ngã ba Cây Cầy, ngã tư Chợ Mới, ngã ba Phù Đổng, ngã ba Hoa Lư, ngã tư Sòng, ngã ba Bắp Cải"""),
    "S": _l("""ngã tư Bảy Hiền, ngã tư Hàng Xanh, ngã tư Ga, ngã tư An Sương, ngã tư Bốn Xã, ngã sáu Phù Đổng, ngã bảy Lý Thái Tổ
        ngã năm Chuồng Chó, ngã sáu Gò Vấp, ngã tư Phú Nhuận, ngã ba Ông Tạ, ngã ba Cây Điệp, ngã tư Vũng Tàu, ngã ba Tân Vạn
        ngã tư Bình Phước, ngã ba Trung Lương, ngã ba Lộ Tẻ, ngã tư Tân Kỳ, ngã ba Thành, ngã tư Miếu Ông Cù, ngã ba Cái Sơn
        vòng xoay Lăng Cha Cả, vòng xoay Phú Lâm, vòng xoay Mỹ Thủy, vòng xoay An Lạc, vòng xoay Dân Chủ, vòng xoay Cây Gõ"""),
}
APART = _l("""
chung cư Vạn Mỹ, chung cư Hoàng Huy, chung cư Đồng Quốc Bình, chung cư CT1 Bắc Hà, chung cư Linh Đàm HH2, chung cư Đại Thanh
chung cư Ngô Gia Tự, chung cư Ấn Quang, chung cư Phạm Viết Chánh, chung cư Ehome 3, chung cư Topaz, chung cư Hà Đô, chung cư Cây Mai
chung cư Nest Home, chung cư Hòa Minh, chung cư Mường Thanh, chung cư Xuân Phú, chung cư Vicoland, chung cư Trường Thi, chung cư Tecco
chung cư Becamex, chung cư Sora, chung cư Bửu Long, chung cư Gateway, chung cư An Cư, chung cư 5 tầng Lê Lợi, chung cư Tân Phước
""")
AREAS = {
    "N": _l("""khu đô thị Vinhomes Imperia, khu đô thị Our City, khu đô thị Văn Quán, khu đô thị Đặng Xá, khu đô thị Xa La, khu đô thị Tây Bắc
        khu đô thị Hùng Thắng, khu tập thể Kim Liên, khu tập thể Thành Công, khu tái định cư Đằng Lâm 2, khu dân cư Hồng Phong, khu đô thị Nam Cường, khu chung cư Kỳ Bá"""),
    "C": _l("""khu đô thị Phước Lý, khu đô thị Ecorivers, khu đô thị An Cựu City, khu quy hoạch Bàu Vá, khu đô thị Vinh Tân, khu dân cư Nam Cầu Cẩm Lệ
        khu tái định cư Hòa Liên 3, khu đô thị Phước Hải, khu đô thị VCN, khu dân cư Hà Quang, khu đô thị Ân Phú, khu quy hoạch An Sơn"""),
    "S": _l("""khu đô thị Phú Mỹ Hưng, khu dân cư Trung Sơn, khu dân cư Tân Quy Đông, khu dân cư Him Lam, khu đô thị Vạn Phúc, khu dân cư Nam Long
        khu dân cư 91B, khu dân cư Hồng Phát, khu dân cư Việt Sing, khu dân cư Phú Hòa 1, khu tái định cư Phước Thiền, khu dân cư vượt lũ Bình Đức
        khu đô thị Lấn Biển, khu dân cư Conic, khu nhà ở Địa Ốc, khu dân cư Đại Phúc, khu cư xá Bắc Hải, khu cư xá Lữ Gia"""),
}
HAMLET_N = _l("""Đông, Đoài, Thượng, Hạ, Trung, Ngọc Khê, Vân Tra, Kiều Trung, Xuân Đài, An Lạc, Phúc Lâm, Đồng Quan, Cổ Điển, Hậu Trung
Phú Xá, Mỹ Lộc, Văn Phú, Tiên Nha, Trà Phương, Kim Sơn, Lương Xá, Tràng Duệ, Ninh Phúc, Làng Cả, Đồng Lạc, Nà Lại, Khuổi Nặm, Cốc Lùng
Bó Mạ, Nậm Khao, Hua Rốm, Huổi Lực, Pá Khôm, Na Sang, Tà Phìn, Lao Chải, Phiêng Hào, Suối Bu""")
HAMLET_C = _l("""Phú Hậu, Thanh Sơn, An Mỹ, Lệ Sơn, Trung Nghĩa, Phú Diên, Mỹ Trạch, Hà Đông, Đại Bình, La Vân, Thế Lợi, Tân Thành, Xuân Hòa
Nam Sơn, Trường Lưu, Vĩnh Hòa, Hà Tây, Phước Lộc, Kim Giao, Lạc Điền, Phú Thuận, Thủy Tú, Bồ Bản, Túy Loan, Đông Yên""")
HAMLET_HILL = _l("""Ea Khít, Ea Bông, Kmrơng Prông, Cuôr Kap, Krông Búk, Dhăm, Ako Dhong, Kõ Tam, Yang Lành, Tơng Jú""")
HAMLET_PLEI = _l("""Ốp, Kép, Plei Kần, Kon Klor, Kon Sơ Lam, Bông Phun, Bruk Ngol, Nú, Chuét, Tươl""")
HAMLET_S = _l("""Bình Thạnh, Mỹ Hòa, Tân Lợi, Phú Thuận, Long Hòa, Thới Bình, Hòa Phú, An Thạnh, Giồng Cát, Bàu Tre, Chợ Cũ, Cây Da, Xóm Chùa, Rạch Vẹt
Cái Nai, Kinh Mới, Tân Điền, Thạnh Lợi, Vàm Kênh, Trung Hưng, Bến Đò, Cầu Xây, Láng Cát, Xẻo Đước, Đầu Sấu, Sóc Ruộng, Tà Suôl, Bờ Dâu, Lò Vôi, Ô Tưng""")
PEOPLE = {
    "S": _l(
        "bà Bảy, ông Tư, ông Ba Khía, bà Sáu Lành, chú Năm Đực, cô Út, ông Hai Tôm, bà Chín, anh Tí sửa xe, dì Ba bán bún"
    ),
    "N": _l(
        "ông Thắng, bà Tuất, ông Bình công an, bà Hợi, cụ Khoát, anh Tuấn hàn xì, bà Mùi bán xôi, ông giáo Lộc, bác Chiến"
    ),
    "C": _l("mệ Gái, o Bưởi, ông Xu, bà Lụt, chú Cu Đen, bác Sáu Chánh, ông Khá thợ mộc, bà Bốn"),
}
