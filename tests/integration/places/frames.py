"""The reports around the place. {a}: preposition and place; {p}: the place alone. After the bar:
N C S voices; h only where people live; r not for flats; d the noun before needs a place that can
follow it; q only places that can be to blame; z a number follows the place; m the place opens the report."""

FRAMES = """
Đèn đường {a} không sáng|r
Đèn đường bị hư {a}, tối om luôn|Sr
Đèn {p} tắt 3 hôm nay rồi|drz
Bóng đèn {p} cháy từ tuần trước|dr
{p} tắt hết đèn 3 hôm nay rồi|rzm
{p} tối thui, đèn hư cả tháng|Srm
{p} tối om, đèn hỏng cả tháng nay chưa ai sửa|Nrm
Có 2 cột đèn không sáng {a}|r
Mấy cái bóng đèn cao áp {a} cứ chớp tắt liên tục|r
Đèn tín hiệu {a} hỏng, xe cộ đi loạn cả lên|r
Đèn đỏ {p} không chạy từ 6h sáng|dr
Ban ngày mà đèn chiếu sáng {a} vẫn bật, lãng phí quá|r
Rác {p} 4 ngày rồi không ai thu gom|dz
Rác chất đống {a}
Rác thải tràn ra vỉa hè {a}, mùi hôi không chịu nổi
{p} rác ngập ngụa, công ty môi trường đâu|m
{p} 1 tuần nay không có xe rác|zmh
Có người đổ trộm phế thải {a} vào ban đêm
Ai đó vứt xác động vật {a}, bốc mùi kinh khủng
Đêm qua xe tải đổ xà bần {a}|S
Bà con {p} đổ rác bừa bãi, nhờ bên mình nhắc nhở|dh
Thùng rác công cộng {a} bị vỡ
Cống {p} nghẹt, nước dơ tràn lên|Sdr
Cống {p} tắc, nước bẩn trào ngược|Ndr
Cống thoát nước {a} bốc mùi hôi nồng nặc|r
Nắp cống {a} bị mất, nguy hiểm lắm|r
Mất 2 nắp hố ga {a}|r
Hố ga {a} bị sụp, tối qua có người té xe|Sr
Hố ga {a} bị sụt, hôm qua có cụ già ngã|Nr
Nắp cống {a} kêu ầm ầm mỗi khi xe chạy qua|r
Mương thoát nước {a} bị lấp từ năm 2023
Ngập nặng {a}, xe chết máy hết|r
Mới mưa 30 phút {p} đã ngập tới đầu gối|r
{p} ngập 40cm, xe máy không qua được|rzm
{p} cứ mưa là ngập|rm
{p} mưa xuống là thành sông|rm
Triều cường lên, {p} ngập lênh láng|Sr
Nước ngập {a} từ 5h sáng tới giờ chưa rút|r
Ổ gà to đùng {a}|r
Có ổ gà sâu {a}, mấy người té rồi|Sr
Có ổ voi {a}, sáng nay 2 xe máy ngã|Nr
{p} nhiều ổ gà quá, đề nghị vá lại|rm
{p} xuống cấp trầm trọng|rm
Mặt đường {a} nứt toác, lún sâu gần 20cm|r
Đường bị sụt lún {a}, xin rào lại gấp|r
Công trình đào đường {a} xong không lấp lại|r
Đơn vị thi công đào lên rồi bỏ đó {a}, bụi mù mịt|r
Gạch vỉa hè {a} bong tróc hết|r
Bà con {p} bị hàng xóm hát karaoke làm ồn tới 23h|dh
Loa kẹo kéo {a} ồn quá, 11 giờ đêm chưa nghỉ
Karaoke ồn ào {a}, nhờ công an xử lý giúp
{p} mở nhạc ầm ĩ tới 2h sáng|qm
{p} hát karaoke đêm nào cũng ồn, không ai ngủ được|qm
{p} xả khói đen ngòm ra ngoài|qm
{p} xả nước thải thẳng ra mương|qm
{p} lấn hết vỉa hè để xe|qm
{p} để xe của khách tràn xuống lòng đường|qm
{p} gây ồn từ 22h đến 1h sáng, phản ánh 3 lần rồi|qzm
Xưởng cơ khí {a} cắt sắt cả ngày lẫn đêm
Công trình {a} thi công tới 1h đêm, con nhỏ nhà tôi không ngủ được
Quán nhậu {a} lấn chiếm vỉa hè hết lối đi
Hàng rong {a} bày bán tràn xuống lòng đường|r
Họp chợ cóc {a}, sáng nào cũng tắc|r
Người ta lấn chiếm lòng lề đường {a} để buôn bán|r
Lấn chiếm vỉa hè {a}, người đi bộ phải đi xuống đường
Bảng hiệu quảng cáo {a} che khuất tầm nhìn
Chó thả rông {a}, cắn người ta hôm qua
Có đàn chó 5 con không rọ mõm chạy rông {a}
Chó dữ không xích {a}, trẻ con sợ lắm
{p} nhiều chó thả rông, đi bộ buổi tối rất sợ|rm
Cây đổ {a}, chắn hết lối đi|r
Cây xanh ngã đè lên dây điện {a}|Sr
Cây xà cừ {a} nghiêng sắp đổ, cần chặt gấp|Nr
Cây phượng to {a} bị mục gốc
Cành cây gãy vắt ngang {a}|r
Có 1 cây bàng đổ {a} từ đêm qua chưa ai dọn
Nhánh cây khô {a} sắp rớt trúng người đi đường|S
Dây điện {a} sà xuống thấp, xe tải vướng|r
Dây cáp viễn thông {a} rơi lòng thòng
Dây mạng đứt rớt giữa đường {a}|Sr
Cột điện {a} nghiêng 30 độ sắp đổ
Trụ điện {a} bị xe tông gãy ngang|Sr
Tủ điện {a} hở nắp, trẻ em hay chơi gần đó
Dây điện chập cháy {a}, có tia lửa tóe ra
Nhà người ta xây trái phép {a}, đề nghị kiểm tra
Xây nhà không phép {a}, đã lên tầng 3
Có công trình xây dựng sai phép {a}
Đổ vật liệu xây dựng {a} chắn hết lối đi
Có hộ lấn đất công {a} làm nhà trọ
San lấp đất ruộng trái phép {a}, xe ben chạy suốt đêm
Nước sạch {a} yếu xìu, không đủ xài|Sh
Nước máy {a} có màu vàng đục|h
Mất nước {a} từ hôm qua tới giờ|h
Ống nước vỡ {a}, nước phun lên như suối|r
Ống nước bể {a} chảy cả ngày không ai sửa|Sr
{p} mất nước 2 ngày nay|hzm
{p} cúp nước từ 8h sáng, chừng nào có lại|Shm
{p} nước chảy nhỏ giọt, chả đủ dùng|Nhm
Mất điện {a} từ 7h sáng
Cúp điện {a} hoài vậy|S
{p} mất điện lúc 14h, bao giờ có lại|hm
{p} mất điện 5 tiếng rồi|hzm
{p} sáng nay cúp điện mà không báo trước|Shm
Sao {p} cứ cắt điện suốt thế|Nh
Điện {a} chập chờn, hỏng hết tủ lạnh|h
Xe tải đậu chắn lối {a}|S
Xe khách dừng đỗ bừa bãi {a}, bắt khách giữa đường|r
Xe container đậu qua đêm {a}|r
Có chiếc xe 4 chỗ biển 30A đậu chắn lối {a}
Xe ba gác chở tôn chạy ngược chiều {a}|Sr
Kẹt xe kinh khủng {a}|Sr
Tắc đường {a} cả tiếng rồi chưa thấy ai điều tiết|Nr
{p} kẹt cứng từ 17h|rm
{p} đang kẹt xe, ai đi qua né giùm|Srm
Đua xe {a} đêm nào cũng có|r
Thanh niên tụ tập nẹt pô {a} lúc nửa đêm
Xe ben chạy ẩu {a}, bụi bay vào nhà dân|r
Đốt rác khói mù mịt {a}
Khói đốt rơm rạ {a} cay mắt không thở nổi
Người dân đốt đồng {a}, khói bay che hết tầm nhìn
Lò đốt than {a} xả khói suốt ngày
Nhà máy xả khói đen {a}, bà con ho hết
Quảng cáo khoan cắt bê tông dán bẩn {a}
Tờ rơi cho vay dán chằng chịt {a}
Bóc giùm quảng cáo vay tiền dán đầy {a}|S
Cột điện {a} dán đầy giấy cho vay, nhìn bẩn mắt|N
Mùi hôi từ trại heo {a} bay khắp xóm
Mùi hóa chất nồng nặc {a} mấy hôm nay
Ruồi muỗi nhiều khủng khiếp {a}, xin phun thuốc
Nước thải chăn nuôi chảy lênh láng {a}
Cá chết nổi trắng {a}
Lục bình phủ kín {a}, ghe không đi được|Sr
Biển báo {a} bị cong, không đọc được|r
Biển cấm đỗ xe {a} bị cây che|r
Vạch kẻ đường {a} mờ hết rồi|r
Lan can {a} gãy mất một đoạn|r
Gương cầu lồi {a} bị bể|Sr
Gờ giảm tốc {a} cao quá, xe máy dễ ngã|r
Trạm xe buýt {a} bị phá ghế|r
Xe buýt số 32 bỏ trạm {a}, tôi chờ 40 phút|r
Có vụ tai nạn {a}, cần xe cấp cứu gấp|r
Vừa có cháy {a}, gọi 114 chưa tới
Có đám đánh nhau {a}
Có nhóm thanh niên cầm dao đuổi nhau {a}
Đánh bạc {a} ngày nào cũng có
Có người bán ma túy {a}, nhờ công an vào cuộc
Nhà nghỉ {a} có dấu hiệu mại dâm
Mất trộm xe máy {a} tối qua
Có người lang thang ngủ {a} mấy đêm nay
Có bé lạc {a}, mặc áo đỏ, khoảng 5 tuổi
Giá giữ xe {a} tới 20k, chặt chém quá
Bán thuốc lá điện tử cho học sinh {a}
Đất đá sạt lở {a}, xe không qua được|r
Taluy {a} sạt sau mưa, đất tràn kín mặt đường|r
Bờ kè {a} nứt, dân sợ lắm|r
Internet {a} mất 2 ngày nay|hz
Cho tôi phản ánh {p} bị ngập|r
Cho em báo đèn hư {a} ạ
Em muốn báo rác không thu {a} 3 ngày rồi|z
Tôi là Nguyễn Văn Nam, số 0912345678, báo cống hôi {a}
Em tên Hạnh, phản ánh xe tải đậu bậy {a}
Tôi phản ánh lần thứ 4 rồi: {p} vẫn chưa có đèn|r
Tổng đài làm ăn kiểu gì, {p} ngập cả tuần nay mà im re|Sr
Các ông làm ăn kiểu gì thế, {p} ngập cả tuần không ai ngó|Nr
Báo hoài không ai giải quyết, {p} vẫn đầy rác|S
Đã gọi 5 lần rồi mà {p} vẫn chưa sửa|r
Năm nào họp cũng nêu mà {p} có làm gì đâu|Nr
Đi ngang {p} thấy dây điện rớt xuống|Sr
Đi qua {p} thấy cây đổ chắn đường|Nr
Hồi sáng tui chạy ngang {p}, ổ gà bự chà bá|Sr
Chiều qua tôi đi qua {p} suýt ngã vì cái hố|Nr
Nhà tui {a} nè, nước cống trào vô nhà|Sh
Gia đình tôi {a}, bị hàng xóm cơi nới lấn ngõ|Nh
Răng mà {p} đèn tắt hoài rứa|Cr
Răng {p} ngập miết rứa hè|Cr
Răng mà {p} rác chất đống không ai hốt|C
Ngó giùm {p} cái, đường hư dữ lắm rồi|Cr
{p} điện cứ tắt miết, bà con khổ lắm|Chm
Sửa giúp cái đèn {p} với|dr
Nhờ cắt tỉa cây {a}
Nhờ thông cống {a} giúp
Xin lắp thêm đèn {a}, tối quá|r
Đề nghị lắp gờ giảm tốc {a}|r
Đề nghị dọn rác {a}
Đề nghị xử lý quán nhậu lấn vỉa hè {a}
Khi nào sửa xong {p} vậy|Sr
Bao giờ làm xong {p} thế|Nr
Cho hỏi {p} bao giờ có nước lại|h
Cho hỏi {p} có lịch cúp điện không|Sh
Mình hỏi chút, {p} ngày mai có cắt nước không|h
{p}: rác, ruồi, mùi hôi|m
{p}: đèn hỏng|rm
{p} - ngập nước|rm
{p}, đèn không sáng|rm
{p}, có cây sắp đổ|m
{p}, xe đậu bít lối|Sm
{p} bị mất nắp cống|rm
{p} có ổ gà rất sâu, đã 2 người té|Srm
{p} có 3 ổ gà liền nhau|rm
{p} đang có cháy|m
{p} bị sụt một hố to, chưa ai rào|rm
{p} bụi mù trời vì xe chở đất|rm
{p} bốc mùi hôi thối|m
{p} xe tải chạy giờ cấm liên tục|rm
{p} hôm qua dây điện đứt, giờ vẫn chưa nối|rm
{p} lúc 21h30 có đám thanh niên quậy phá|m
{p} từ 22h tới sáng nhạc xập xình|m
{p} tuần này 3 lần cắt nước|zhm
Đổ rác trộm {a}
Ngập {a}|r
Hư đèn {a}|S
Hỏng đèn {a}|Nr
Vỡ ống nước {a}|r
Kẹt xe {a}|Sr
Mất điện {a}
Cháy {a}
Ổ gà {a}|r
Chó thả rông {a}
"""

# the address alone, as an answer to the question where
ANSWERS = """
{p}
{p}
{p}
{p} nha em|S
{p} nhé em|N
{p} nhé
{p} ạ
dạ {p} ạ
dạ {p} nha|S
dạ {p}
vâng, {p} ạ|N
ừ {p}|
{p} đó em|S
{p} em nhé|N
ở {p} đó bạn|S
ở {p}
tại {p}
tại {p} nhé
địa chỉ: {p}
địa chỉ là {p} nhé
địa chỉ của em là {p} ạ
dạ địa chỉ {p} ạ
nhà em ở {p} ạ
nhà tôi ở {p}
tôi ở {p}
dạ em ở {p} nha anh|S
à, {p}
chỗ {p} á|S
chỗ {p} đấy|N
chỗ {p} đó, kiểm tra giùm|S
là {p} nghe con|C
{p} nghe|C
hồi nãy nói rồi, {p}|S
nói rồi mà, {p}|
{p} chứ đâu|S
{p}, xử lý nhanh giúp
{p}, cảm ơn em
{p} nha, tới lẹ giùm|S
em ghi giúp {p} ạ
không, {p} cơ|N
không phải, {p} mới đúng
"""

OPEN = {
    "": [
        "Alo, ",
        "Kính gửi tổng đài, ",
        "Chào tổng đài, ",
        "Dạ ",
        "Xin chào, ",
        "Cho em phản ánh: ",
        "Tôi xin phản ánh: ",
        "1022 ơi, ",
        "Em chào anh chị, ",
        "Phản ánh: ",
        "Mọi người ơi, ",
        "Bạn ơi, ",
        "Nhờ tổng đài xem giúp: ",
    ],
    "N": ["Anh chị ơi, ", "Ối giời ơi, ", "Các bác ơi, ", "Này, "],
    "C": ["O ơi, ", "Chú ơi, ", "Anh chị ơi, ", "Trời đất ơi, "],
    "S": ["Anh chị ơi, ", "Trời ơi, ", "Dạ em ơi, ", "Mấy anh chị ơi, ", "Ê mấy bạn, ", "Nè, "],
}
# closings that follow a comma or a full stop
CLOSE = {
    "": [
        ", nhờ kiểm tra giúp em",
        ". Mong xử lý sớm.",
        ". Xin cảm ơn!",
        ", xử lý gấp giúp",
        ". Đề nghị kiểm tra.",
        ", cảm ơn",
        "!!!",
        ". Rất bức xúc!",
        ", mong phản hồi ạ",
        ". Khi nào xử lý?",
        ", gấp lắm rồi",
        ", em chờ 2 tuần rồi",
    ],
    "N": [", nhờ anh chị xem hộ với ạ", ", chán lắm rồi", ". Cháu cảm ơn ạ.", ", các bác xem thế nào chứ"],
    "C": [", coi giùm với nghe", ", khổ lắm rồi", ". Cảm ơn nghe."],
    "S": [", coi giùm em với", ", làm ơn xử lý giùm", ". Cám ơn nhiều nha.", ", bực mình ghê", ", chịu hết nổi rồi"],
}
# closings without a comma
CLOSE_BARE = {
    "": [" giúp em với", " ạ", " với ạ", " nhé", " xử lý giúp em"],
    "N": [" giúp cháu với ạ", " nhé các bác", " hộ em với"],
    "C": [" nghe", " giúp tui với nghe"],
    "S": [" nha", " nha em", " giùm em nha", " giùm tui với", " nghen"],
}


def parse(block):
    out = []
    for line in block.strip("\n").split("\n"):
        text, _, tags = line.partition("|")
        out.append((text.strip(), tags))
    return out
