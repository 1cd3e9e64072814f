"""What the help page says: for each role what it is here for, and for each task the steps, in the words of the screens.

A task is shown to those who may do it: the ability decides, as it does for the page itself.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vaccination.labels import STATES
from vaccination.states import State
from wards.access import can
from wards.models import User
from wards.roles import Ability, Role

ABOUT: dict[str, str | Promise] = {
    Role.SURVEYOR: _("Đi từng nhà trong tổ được giao: tìm người, xem ai chưa tiêm và vì sao, thêm người mới đến, sửa chỗ ghi sai."),
    Role.WARD_OFFICER: _("Giữ danh sách hộ và người của phường: nhập tệp, thêm, sửa, ghi mũi đã tiêm, in và tải danh sách chưa tiêm, chưa đủ mũi."),
    Role.STATION: _("Xem ai đến lịch, ghi mũi đã tiêm, khám sàng lọc, hủy mũi ghi nhầm, trả lời câu hỏi “vì sao có tên trong danh sách”."),
    Role.WARD_LEAD: _("Xem phường còn bao nhiêu người chưa tiêm, xem tên từng người, in và tải danh sách, mở tài khoản cho cán bộ và tổ rà soát."),
    Role.WARD_POLICE: _("Đối chiếu người đang cư trú trong phường. Không xem thông tin sức khỏe, mũi tiêm."),
    Role.HEALTH_CENTRE: _("Gộp tệp của các phường, xem ai chưa tiêm và vì sao, phường nào còn nhiều, mở tài khoản cho phường, xem nhật ký."),
    Role.FACILITY: _("Xem số liệu chung, không có tên người."),
    Role.COMMUNICATIONS: _("Xem số người chưa tiêm theo phường để tuyên truyền, không có tên người."),
    Role.CITY_LEAD: _("Xem số người chưa tiêm, chưa đủ mũi theo từng phường, không có tên người."),
    Role.HOTLINE: _("Xem số liệu chung để trả lời người dân, không có tên người."),
    Role.CDC: _("Theo dõi số liệu và lịch tiêm đang áp dụng, không có tên người."),
    Role.ADMIN: _("Mở, đổi và đóng tài khoản; giữ các danh mục dùng chung. Không xem người dân."),
    Role.AUDITOR: _("Xem ai đã xem, tìm, tải, in hoặc sửa hồ sơ nào, vào lúc nào."),
}  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One thing a person comes to do; `url_name` is the page where it begins."""

    slug: str
    title: str | Promise
    steps: tuple[str | Promise, ...]
    ability: Ability | None = None
    url_name: str = ""


TASKS = (
    Task(
        "danh-sach",
        _("Xem ai chưa tiêm, chưa đủ mũi"),
        (
            _("Mở trang “Chưa tiêm, chưa đủ mũi”, chọn diện tiêm, phường hoặc tổ rồi bấm Lọc."),
            _("Bấm vào từng nhóm phía trên: chưa tiêm mũi nào, chưa đủ liều cơ bản, mũi bổ sung, mũi nhắc lại, chưa rõ đã tiêm mấy mũi."),
            _("Bấm vào tên để xem vì sao người đó có tên và đến lịch từ ngày nào."),
        ),
        Ability.SEE_HEALTH,
        "outreach:worklist",
    ),
    Task(
        "tai-in",
        _("In hoặc tải danh sách"),
        (
            _("Lọc đến đúng những người cần, rồi bấm “Tải hoặc in danh sách”."),
            _("Ghi mục đích và nơi nhận: hai điều này được in lên tệp và giữ trong nhật ký."),
            _("Danh sách dài được lập ở phía sau: có thể đóng trang, khi xong sẽ có nút tải. Tệp được giữ 24 giờ."),
        ),
        Ability.EXPORT_LISTS,
        "outreach:worklist",
    ),
    Task(
        "tim",
        _("Tìm một người, một hộ"),
        (
            _("Mở “Hộ và người dân”, gõ tên không cần dấu, bốn số cuối điện thoại hoặc số nhà."),
            _("Người ngoài địa bàn được giao không hiện ra; cần thì gọi Trung tâm Y tế."),
        ),
        Ability.SEE_PEOPLE,
        "wards:resident-list",
    ),
    Task(
        "them-sua",
        _("Thêm người mới đến, sửa thông tin, chuyển nơi ở"),
        (
            _("Tìm hộ trước. Chưa có thì bấm “Thêm hộ”; có rồi thì mở hộ và bấm “Thêm người”."),
            _("Nếu máy hiện người có thể trùng, so tên, năm sinh, địa chỉ rồi chọn “Cùng một người” hoặc “Hai người khác nhau”."),
            _("Chỉ biết năm sinh thì ghi năm; đừng ghi 01/01. Chưa rõ điều gì thì để trống, máy sẽ hiện “chưa rõ”."),
            _("Người hoặc cả hộ đã chuyển đi: mở trang của người hay hộ đó và bấm “Chuyển”. Bấm nhầm thì “Hoàn tác”."),
        ),
        Ability.EDIT_PEOPLE,
        "wards:resident-list",
    ),
    Task(
        "chuyen-phuong",
        _("Chuyển người, chuyển hộ sang phường khác"),
        (
            _("Mở người hoặc hộ, bấm “Chuyển”, chọn “Chuyển sang phường khác”, chọn phường và ghi địa chỉ mới."),
            _("Trong lúc chờ vẫn ghi được mũi tiêm. Muốn sửa hay chuyển nơi khác thì bấm “Rút lại”."),
            _("Người phường khác gửi đến nằm ở “Chuyển phường”: bấm “Xem, tiếp nhận”, chọn hộ hoặc tổ, hoặc trả lại và ghi lý do."),
            _("Tiếp nhận xong, hồ sơ cùng mũi tiêm sang phường mới; phường cũ không mở được nữa."),
        ),
        Ability.EDIT_PEOPLE,
        "wards:transfer-list",
    ),
    Task(
        "mui-tiem",
        _("Ghi một mũi đã tiêm"),
        (
            _("Mở trang của người đó, bấm “Ghi đã tiêm”, chọn loại vắc xin và ngày; chỉ nhớ tháng thì ghi tháng."),
            _("Gia đình kể mà chưa có giấy: ghi là gia đình báo, Trạm Y tế sẽ xác nhận."),
            _("Đã hỏi và chắc chắn chưa tiêm mũi nào thì đánh dấu đã hỏi: để trống nghĩa là chưa rõ."),
        ),
        Ability.RECORD_DOSE,
        "wards:resident-list",
    ),
    Task(
        "sang-loc",
        _("Khám sàng lọc, hủy mũi ghi nhầm"),
        (
            _("Mở trang của người đó, bấm “Khám sàng lọc”, chọn một trong bốn kết luận. Trì hoãn cần có ngày: đến ngày đó người này tự trở lại danh sách."),
            _("Chống chỉ định là với từng loại vắc xin: máy sẽ xem còn loại nào khác tiêm được."),
            _("Mũi ghi nhầm: bấm “Hủy ghi nhận” cạnh mũi đó và ghi lý do. Mũi cũ vẫn còn trong lịch sử."),
        ),
        Ability.SCREEN,
        "wards:resident-list",
    ),
    Task(
        "nhap-tep",
        _("Nhập từ tệp Excel"),
        (
            _("Mở “Nhập từ tệp Excel”, chọn tệp đang có, chưa cần sửa lại cột. Chưa quen thì bấm “Dùng tệp mẫu”."),
            _("Xem máy đã hiểu các cột đúng chưa, nhất là ngày sinh và ngày tiêm, rồi bấm “Tiếp tục”."),
            _("Xem trước: người mới, có thay đổi, nghi trùng, lỗi. Chưa có gì được ghi cho đến khi bấm “Ghi vào danh sách”."),
            _("Dòng lỗi không giữ các dòng khác lại: “Tải các dòng lỗi”, sửa rồi nhập lại chính tệp đó."),
        ),
        Ability.IMPORT_FILES,
        "wards:import-list",
    ),
    Task(
        "tai-khoan",
        _("Mở, khóa tài khoản, đặt lại mật khẩu"),
        (
            _("Mở “Tài khoản cán bộ”. Có thể dán cả danh sách họ tên và số điện thoại."),
            _("Trao phiếu đăng nhập tận tay: trên phiếu có đường dẫn dùng một lần để người nhận tự đặt mật khẩu."),
            _("Quên mật khẩu: mở tài khoản đó, bấm đặt lại, đọc mã hoặc in phiếu mới. Phiếu cũ hết tác dụng ngay."),
            _("Người thay tạm: giao vai trò từ ngày đến ngày, hết ngày tự thôi. Người thôi việc: khóa, mọi thứ đã ghi vẫn giữ nguyên."),
        ),
        Ability.MANAGE_ACCOUNTS,
        "wards:account-list",
    ),
    Task(
        "danh-muc",
        _("Giữ danh mục dùng chung"),
        (
            _("Mở “Trang kỹ thuật”: đơn vị hành chính, bệnh nền, nhóm nguy cơ, loại vắc xin, ngày nghỉ lễ."),
            _("Sửa nhiều dòng: tải bảng ra Excel, sửa, rồi nhập lại chính tệp đó; máy cho xem trước những gì thay đổi."),
            _("Dòng đã sửa tại đây được giữ nguyên khi nâng cấp phần mềm."),
        ),
        Ability.TECHNICAL_ADMIN,
        "admin:index",
    ),
    Task(
        "nhat-ky",
        _("Xem ai đã xem, sửa, tải, in"),
        (
            _("Mở “Nhật ký xem và sửa”, lọc theo cán bộ, phường, loại việc hoặc khoảng ngày."),
            _("Thấy một tệp lọt ra ngoài: tìm theo mã TX… in trên tệp để biết ai tải, lúc nào, với mục đích gì."),
        ),
        Ability.SEE_AUDIT,
        "wards:access-log",
    ),
    Task(
        "so-lieu",
        _("Đọc số liệu"),
        (
            _("Trang “Hôm nay” có số người theo phường. Mỗi số có nguồn, giờ và mẫu số ghi bên dưới."),
            _("“Chưa rõ” là một nhóm riêng, không được cộng vào đã tiêm hay chưa tiêm."),
        ),
        Ability.SEE_COUNTS,
        "outreach:today",
    ),
    Task(
        "dang-nhap",
        _("Đăng nhập an toàn"),
        (
            _("Bấm tên mình ở góc trên để đổi mật khẩu, bật xác nhận hai bước và xem các máy đang đăng nhập."),
            _("Rời máy thì đăng xuất. Máy tự khóa khi không dùng một lúc; nội dung đang nhập vẫn còn."),
            _("Không dùng chung tài khoản: mọi việc xem, sửa, tải đều ghi tên người đăng nhập."),
        ),
    ),
    Task(
        "khi-co-loi",
        _("Khi có lỗi"),
        (
            _("Thông báo lỗi nói rõ chỗ nào, sai gì và cách sửa. Nội dung vừa nhập vẫn còn trên trang, sửa rồi bấm lại."),
            _("Máy chủ chưa trả lời: tải lại trang rồi thử lại; bấm hai lần không ghi thành hai."),
            _("Vẫn không được thì gọi số hỗ trợ, đọc mã hỗ trợ trên màn hình. Đừng chụp màn hình có tên người dân gửi vào nhóm chung."),
        ),
    ),
)  # fmt: skip


# What the words on a list mean (WORDS 4.2): the label is the list's own, only the explanation stands here.
MEANINGS: dict[State, str | Promise] = {
    State.DUE: _("tiêm được từ ngày ghi bên cạnh"),
    State.OVERDUE: _("đã qua ngày muộn nhất theo lịch, cần tiêm ngay"),
    State.NOT_YET_DUE: _("chưa đủ khoảng cách sau mũi trước; đến ngày thì tự vào danh sách"),
    State.DEFERRED: _("chưa tiêm được lúc này; đến ngày ghi bên cạnh thì tự trở lại danh sách"),
    State.CONTRAINDICATED: _("không còn loại vắc xin nào tiêm được, theo kết luận khám sàng lọc"),
    State.UNKNOWN_HISTORY: _("chưa ai hỏi hoặc chưa có giấy; không phải là chưa tiêm"),
    State.CHECK_AGE: _("ngày sinh ghi chưa đủ để biết đã đến tuổi tiêm hay chưa"),
    State.NOT_ELIGIBLE_AGE: _("chưa đến tuổi theo lịch đang áp dụng"),
    State.COMPLETE: _("lịch đang áp dụng không còn mũi nào phải tiêm"),
}


def meanings(user: User) -> list[tuple[State, str, str]]:
    """(state, its label on the lists, what it means), for those who have such lists."""
    if not can(user, Ability.SEE_HEALTH):
        return []
    return [(state, str(STATES[state]), str(text)) for state, text in MEANINGS.items()]


def about(user: User) -> list[tuple[str, str]]:
    """(name of the role, what it is here for) for each role that `user` holds."""
    return [(str(Role(role).label), str(ABOUT[role])) for role in Role if role in user.roles]


def tasks_of(user: User) -> list[Task]:
    """The tasks that `user` may do, in the order of the working day."""
    return [task for task in TASKS if task.ability is None or can(user, task.ability)]
