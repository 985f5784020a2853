"""The system calls that a function may not make, as a kernel filter (classic BPF)."""

from __future__ import annotations

import struct
from functools import cache

_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_ERRNO = 0x00050000
_EPERM = _ERRNO | 1
_ENOSYS = _ERRNO | 38

_LOAD, _EQUAL, _BITS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_NEWER = 470  # calls newer than this list, and the same calls under other numbers (x32)

# Numbers on x86_64 and aarch64; None where there is no such call.
_ALWAYS: dict[str, tuple[int | None, int | None]] = {
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    # the machine
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "vhangup": (153, 58),
    # parts of the kernel with a long record of holes
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "fanotify_init": (300, 262),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # the network, and sockets in folders (pairs of connected sockets remain)
    "socket": (41, 198),
}
# What namespaces make harmless, and what the rules for folders (Landlock) do not cover.
_WITHOUT_NAMESPACES: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "setpriority": (141, 140),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}
_SIGNALS: dict[str, tuple[int | None, int | None]] = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
# Refused only with certain arguments: (numbers, which argument, test, value).
_SET_ID_BITS = 0o6000
_NEW_NAMESPACES = 0x7E020080
_TERMINAL_INPUT = 0x5412
_ARGUMENTS = (
    ((56, 220), 0, _BITS, _NEW_NAMESPACES),  # clone
    ((16, 29), 1, _EQUAL, _TERMINAL_INPUT),  # ioctl
    # A set-user-id file left in a folder would have its owner's rights outside.
    ((90, None), 1, _BITS, _SET_ID_BITS),  # chmod
    ((91, 52), 1, _BITS, _SET_ID_BITS),  # fchmod
    ((268, 53), 2, _BITS, _SET_ID_BITS),  # fchmodat
    ((452, 452), 2, _BITS, _SET_ID_BITS),  # fchmodat2
    ((2, None), 2, _BITS, _SET_ID_BITS),  # open
    ((257, 56), 3, _BITS, _SET_ID_BITS),  # openat
    ((85, None), 1, _BITS, _SET_ID_BITS),  # creat
    ((133, None), 1, _BITS, _SET_ID_BITS),  # mknod
    ((259, 33), 2, _BITS, _SET_ID_BITS),  # mknodat
)
_OTHERS_LIMITS = ((302, 261), 0, _BITS, 0xFFFFFFFF)  # prlimit64 of another process
# Their arguments are in memory, where a filter cannot look; the C library then uses the older calls.
_ABSENT = ((435, 435), (437, 437))  # clone3, openat2


def is_known(machine: str) -> bool:
    """Whether there is a filter for this kind of processor."""
    return machine in _MACHINES


@cache
def program(machine: str, *, has_namespaces: bool, may_signal: bool = True) -> bytes:
    """Return the filter as the kernel reads it: an array of struct sock_filter."""
    column, audit_name = _MACHINES[machine]
    refused = dict(_ALWAYS)
    tested = list(_ARGUMENTS)
    if not has_namespaces:
        refused |= _WITHOUT_NAMESPACES | ({} if may_signal else _SIGNALS)
        tested.append(_OTHERS_LIMITS)
    plain = {number for numbers in refused.values() if (number := numbers[column]) is not None}
    code = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 1, 0, audit_name),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _NEWER),
        (_RETURN, 0, 0, _ENOSYS),
    ]
    for numbers in _ABSENT:
        code += _refusal(numbers[column], _ENOSYS)
    for number in sorted(plain):
        code += _refusal(number, _EPERM)
    for both, argument, test, value in tested:
        number = both[column]
        if number is not None and number not in plain:
            code += _tested(number, _ARGUMENTS_AT + 8 * argument, test, value)
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in code)


def _refusal(number: int | None, answer: int) -> list[tuple[int, int, int, int]]:
    return [] if number is None else [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]


def _tested(number: int, place: int, test: int, value: int) -> list[tuple[int, int, int, int]]:
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, place),  # the lower half: all of these are narrow
        (test, 0, 1, value),
        (_RETURN, 0, 0, _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
