"""The 16 priority groups of 3355/QĐ-BYT of 08/07/2021, by which the national platform files people (DOMAIN 4.3).

1–8 as published; 9–16 from memory of the text, to be checked against it.
"""

from django.utils.translation import gettext_lazy as _

PRIORITY_GROUPS = {
    1: _("Người làm việc trong cơ sở y tế"),
    2: _("Người tham gia phòng, chống dịch"),
    3: _("Quân đội"),
    4: _("Công an"),
    5: _("Ngoại giao, tổ chức quốc tế"),
    6: _("Hải quan, xuất nhập cảnh"),
    7: _("Dịch vụ thiết yếu: vận tải, du lịch, điện, nước"),
    8: _("Giáo viên, sinh viên, cơ quan tiếp xúc nhiều người"),
    9: _("Người mắc bệnh mạn tính, trên 65 tuổi"),
    10: _("Người sống tại vùng có dịch"),
    11: _("Người nghèo, đối tượng chính sách xã hội"),
    12: _("Người được cử đi nước ngoài, chuyên gia nước ngoài"),
    13: _("Người lao động ở doanh nghiệp, khu công nghiệp"),
    14: _("Chức sắc, chức việc tôn giáo"),
    15: _("Lao động tự do"),
    16: _("Nhóm khác theo quyết định của Bộ Y tế hoặc tỉnh"),
}
