# fuse_hangs.py DIRECTORY FILE HANG: mounts a file system there with the file in it. As soon as HANG
# exists, whoever reads the file waits for an answer that never comes, and not even SIGKILL ends that.
# Source: linux/fuse.h
import ctypes
import os
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
directory, name, hang = sys.argv[1:4]
fd = os.open("/dev/fuse", os.O_RDWR)
options = "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % fd
if libc.mount(b"none", directory.encode(), b"fuse", 0, options.encode()):
    sys.exit("mount: errno %d" % ctypes.get_errno())


def attributes(node):
    mode, size = (0o40755, 4096) if node == 1 else (0o100644, 22)
    return struct.pack("6Q10I", node, size, 1, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


print("ready", flush=True)
while True:
    request = os.read(fd, 1 << 20)
    _, opcode, unique, node = struct.unpack_from("IIQQ", request)
    answer, error = b"", 0
    if opcode == 26:  # INIT
        answer = struct.pack("IIIIHHIIHHI7I", 7, 31, 65536, 0, 0, 0, 65536, 1, 0, 0, 0, *[0] * 7)
    elif opcode == 1:  # LOOKUP
        if request[40:].split(b"\0")[0].decode() == name:
            answer = struct.pack("QQQQII", 2, 0, 3600, 3600, 0, 0) + attributes(2)
        else:
            error = -2
    elif opcode == 3:  # GETATTR
        answer = struct.pack("QII", 3600, 0, 0) + attributes(node)
    elif opcode in (14, 27):  # OPEN, OPENDIR
        answer = struct.pack("QII", 0, 1, 0)
    elif opcode == 15:  # READ
        if os.path.exists(hang):
            print("read", flush=True)
            continue
        answer = b"" if struct.unpack_from("Q", request, 48)[0] else b"root:x:0:0::/:/bin/sh\n"
    elif opcode in (2, 36, 42):  # no answer is wanted
        continue
    elif opcode not in (18, 25, 29, 34):
        error = -38
    os.write(fd, struct.pack("IiQ", 16 + len(answer), error, unique) + answer)
