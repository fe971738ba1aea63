"""What the citizens of a benchmark say. Every line runs the custom action of its bot."""

from __future__ import annotations

QUESTIONS = (
    "cho hỏi lệ phí làm khai sinh là bao nhiêu",
    "làm khai sinh cần giấy tờ gì",
    "đăng ký kết hôn mất mấy ngày",
    "dang ky ket hon nop o dau",
    "thủ tục đăng ký tạm trú cần những gì",
    "cấp lại thẻ căn cước hết bao nhiêu tiền",
    "làm căn cước ở đâu vậy em",
    "xac nhan tinh trang hon nhan can giay to gi",
    "đăng ký thường trú có làm qua mạng được không",
    "khai tử cho người thân nộp hồ sơ ở đâu",
)
# A report from its first word to its ticket; the last line is the button of the summary.
REPORT = (
    "o ngo 12 duong le lai bi ngap nuoc may hom nay roi, hoi lam",
    "phuong ngo quyen",
    "bo qua",
    "0912345678",
)
SEND = "Gửi"
# Nine messages of one Telegram citizen: questions, a whole report and talk.
TELEGRAM = (
    "xin chào",
    QUESTIONS[0],
    QUESTIONS[2],
    REPORT[0],
    REPORT[1],
    REPORT[2],
    "không để lại số điện thoại",
    "gửi",
    "cảm ơn em",
)
