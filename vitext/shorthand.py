"""Teencode and abbreviations of daily and administrative Vietnamese → their full words.

Keys are lower case; a key with marks ("đc") matches only with its marks, one without matches as typed.
"""

# Ambiguous short forms that are also ordinary words or names are left out on purpose.
TEENCODE: dict[str, str] = {
    "k": "không", "ko": "không", "kg": "không", "kh": "không", "khg": "không", "hok": "không",
    "hong": "không", "khum": "không", "kog": "không", "kp": "không phải", "kbh": "không bao giờ",
    "kbt": "không biết", "hem": "hẻm",
    "dc": "được", "đc": "được", "dk": "được", "đk": "đăng ký", "đcj": "được", "duoc": "được",
    "ntn": "như thế nào", "nhtn": "như thế nào", "ns": "nói", "nc": "nước", "ng": "người",
    "ngta": "người ta", "mng": "mọi người", "mn": "mọi người", "mk": "mình", "mik": "mình",
    "mjk": "mình", "mh": "mình", "j": "gì", "ji": "gì", "gj": "gì", "z": "vậy", "zậy": "vậy",
    "zay": "vậy", "dz": "vậy", "zô": "vô", "r": "rồi", "rùi": "rồi", "ruì": "rồi", "rui": "rồi",
    "roy": "rồi", "oy": "rồi", "bn": "bao nhiêu", "bnh": "bao nhiêu", "bnhiu": "bao nhiêu",
    "nhiu": "nhiêu", "bhiu": "bao nhiêu", "bg": "bây giờ", "bjo": "bây giờ", "bjờ": "bây giờ",
    "bh": "bao giờ", "h": "giờ", "hqa": "hôm qua", "hnay": "hôm nay",
    "trc": "trước", "vs": "với", "vớj": "với", "v": "vậy", "cx": "cũng",
    "cug": "cũng", "cũg": "cũng", "nx": "nữa", "ndung": "nội dung", "lm": "làm", "lun": "luôn",
    "luon": "luôn", "thui": "thôi", "thoy": "thôi", "bik": "biết", "bít": "biết", "pít": "biết",
    "bt": "biết", "iu": "yêu", "cgi": "cái gì", "sao z": "sao vậy", "oke": "ok", "okie": "ok",
    "okê": "ok", "oki": "ok", "uk": "ừ", "uh": "ừ", "um": "ừ", "ukm": "ừ", "uhm": "ừ",
    "e": "em", "ak": "à", "ạk": "ạ", "nhá": "nhé", "nhaa": "nha", "nhìu": "nhiều",
    "nhìn": "nhìn", "qá": "quá", "wá": "quá", "wa": "quá", "qua": "qua", "wen": "quen",
    "đg": "đường", "dg": "đường", "đg.": "đường", "ntin": "nhắn tin", "tks": "cảm ơn",
    "thks": "cảm ơn", "thanks": "cảm ơn", "thank": "cảm ơn", "camon": "cảm ơn", "cmon": "cảm ơn",
    "tk": "tài khoản", "ad": "ad", "xl": "xin lỗi", "sr": "xin lỗi", "pls": "làm ơn",
    "plz": "làm ơn", "lquan": "liên quan", "cv": "công việc", "gd": "gia đình", "gđ": "gia đình",
    "vc": "vợ chồng", "ck": "chồng", "vk": "vợ", "con e": "con em", "sđt": "số điện thoại",
    "sdt": "số điện thoại", "đt": "điện thoại", "đthoại": "điện thoại", "fb": "facebook",
    "stt": "số thứ tự", "ib": "nhắn tin", "rep": "trả lời", "onl": "trực tuyến",
    "online": "trực tuyến", "off": "nghỉ", "wc": "nhà vệ sinh",
}

ABBREVIATIONS: dict[str, str] = {
    "ubnd": "ủy ban nhân dân", "ub": "ủy ban", "hđnd": "hội đồng nhân dân",
    "hdnd": "hội đồng nhân dân", "ca": "công an", "cs": "cảnh sát", "csgt": "cảnh sát giao thông",
    "pccc": "phòng cháy chữa cháy", "cccd": "căn cước công dân", "cc": "căn cước",
    "cmnd": "chứng minh nhân dân", "cmt": "chứng minh thư", "gks": "giấy khai sinh",
    "gplx": "giấy phép lái xe", "blx": "bằng lái xe", "gpxd": "giấy phép xây dựng",
    "gpkd": "giấy phép kinh doanh", "đkkd": "đăng ký kinh doanh", "dkkd": "đăng ký kinh doanh",
    "đkkh": "đăng ký kết hôn", "dkkh": "đăng ký kết hôn", "gcn": "giấy chứng nhận",
    "qsdđ": "quyền sử dụng đất", "qsdd": "quyền sử dụng đất", "gcnqsdđ":
    "giấy chứng nhận quyền sử dụng đất", "hk": "hộ khẩu", "shk": "sổ hộ khẩu",
    "bhyt": "bảo hiểm y tế", "bhxh": "bảo hiểm xã hội", "bhtn": "bảo hiểm thất nghiệp",
    "tthc": "thủ tục hành chính", "dvc": "dịch vụ công", "dvcqg": "dịch vụ công quốc gia",
    "vneid": "vneid", "llr": "lý lịch tư pháp", "lltp": "lý lịch tư pháp", "tnmt":
    "tài nguyên môi trường", "gtvt": "giao thông vận tải", "bqlda": "ban quản lý dự án",
    "ttgt": "thanh tra giao thông", "ttđt": "trật tự đô thị", "ttdt": "trật tự đô thị",
    "vsmt": "vệ sinh môi trường", "attp": "an toàn thực phẩm", "vsattp":
    "vệ sinh an toàn thực phẩm", "hs": "hồ sơ", "hsơ": "hồ sơ", "gt": "giấy tờ", "tt": "thủ tục",
    "lp": "lệ phí", "kqua": "kết quả", "kq": "kết quả", "đkí": "đăng ký", "đky": "đăng ký",
    "dky": "đăng ký", "dki": "đăng ký", "đ/c": "địa chỉ", "d/c": "địa chỉ", "tphcm":
    "thành phố hồ chí minh", "hcm": "hồ chí minh", "tnr": "tai nạn", "tngt": "tai nạn giao thông",
    "vphc": "vi phạm hành chính", "kv": "khu vực", "kdc": "khu dân cư", "kđt": "khu đô thị",
    "kdt": "khu đô thị", "cn": "chủ nhật", "ks": "khai sinh", "kh.": "khách hàng",
}

# Before one of these "dk" is "đăng ký", else "được".
REGISTERED = frozenset("ket khai kinh thuong tam xe ho thue cu bien doanh nghia mst".split())

# "tn" is "tai nạn" after one of the first or before one of the second, "thế nào" before one of the third or at the end
# of a message; else it may be anything, a dossier's letters too.
HAPPENED = frozenset("co bi vu gap gay ra nhieu vua vi do het".split())
ACCIDENT = frozenset("giao gt xe nang nghiem lien chet".split())
ASKING = frozenset("a ah ha z v day vay nhi the hen ad b e anh chi em ban".split())

# Units of place, expanded only before a name or a number: "P.5", "q 3", "tp Thủ Đức".
PLACE_UNITS: dict[str, str] = {
    "p": "phường", "q": "quận", "tp": "thành phố", "tx": "thị xã", "ql": "quốc lộ",
    "tl": "tỉnh lộ", "kp": "khu phố", "đ": "đường",
}
