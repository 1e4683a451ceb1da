/**
 * koffi bindings of the system's libpcap and of the C library functions that the capture needs. Signatures are those
 * of pcap(3PCAP); pointers are bigints. Each thread loads a binding once.
 */
import koffi from 'koffi';

const NAMES = ['libpcap.so.0.8', 'libpcap.so.1', 'libpcap.so'];

/** Bytes of an error buffer (PCAP_ERRBUF_SIZE). */
export const ERRBUF_SIZE = 256;

/** Status codes of pcap_activate(3PCAP) that have a message of their own. */
export const Status = {
  error: -1,
  noSuchDevice: -5,
  permission: -8,
  notUp: -9,
  promiscuousPermission: -11,
} as const;

export const DLT_LINUX_SLL2 = 276;
const TSTAMP_NANO = 1;
const NETMASK_UNKNOWN = 0xffffffff;

type Pointer = bigint;

export interface Libpcap {
  readonly version: string;
  create(device: string, errbuf: Buffer): Pointer | null;
  setSnaplen(handle: Pointer, bytes: number): number;
  setPromisc(handle: Pointer, on: number): number;
  setTimeout(handle: Pointer, ms: number): number;
  setBufferSize(handle: Pointer, bytes: number): number;
  setNanoseconds(handle: Pointer): number;
  activate(handle: Pointer): number;
  setDatalink(handle: Pointer, linkType: number): number;
  datalink(handle: Pointer): number;
  setNonblock(handle: Pointer, on: number, errbuf: Buffer): number;
  fd(handle: Pointer): number;
  compile(handle: Pointer, program: Buffer, filter: string): number;
  setFilter(handle: Pointer, program: Buffer): number;
  freeCode(program: Buffer): void;
  /** 0: the packet does not match. */
  offlineFilter(program: Buffer, header: Buffer, packet: Pointer): number;
  openDead(linkType: number, snaplen: number): Pointer;
  /** Passes at most `count` packets to pcap_dump; returns their number, or a negative status. */
  dispatchTo(handle: Pointer, count: number, file: Pointer): number;
  stats(handle: Pointer, into: Buffer): number;
  error(handle: Pointer): string;
  close(handle: Pointer): void;
  findAllDevs(into: Buffer, errbuf: Buffer): number;
  freeAllDevs(list: Pointer): void;
}

export interface Libc {
  /** An unbuffered FILE over `length` bytes of memory at `address`. */
  memoryFile(address: Pointer, length: number): Pointer;
  /** ftell(3). */
  filePosition(file: Pointer): number;
  closeFile(file: Pointer): void;
  /** poll(2) over struct pollfd entries; milliseconds. */
  poll(entries: Buffer, count: number, ms: number): number;
  /** Replaces a socket's filter with the BPF instructions at `address` (SO_ATTACH_FILTER). */
  attachFilter(fd: number, instructions: number, address: Pointer): void;
  /** Attaches a filter that matches no packet: `ret #0`. */
  rejectAll(fd: number): void;
  /** The network interface of this name, queried through any socket; undefined if there is none. */
  interfaceState(fd: number, name: string): InterfaceState | undefined;
  /** The current name of the network interface with this index; undefined if there is none. */
  interfaceName(fd: number, index: number): string | undefined;
}

export interface InterfaceState {
  /** Changes if the interface is deleted and created again. */
  readonly index: number;
  readonly up: boolean;
}

let library: Libpcap | undefined;
let libc: Libc | undefined;

/** @throws Error if libpcap can't be loaded */
export function loadLibpcap(): Libpcap {
  library ??= bindLibpcap();
  return library;
}

export function loadLibc(): Libc {
  libc ??= bindLibc();
  return libc;
}

function bindLibpcap(): Libpcap {
  const lib = openAny();
  const versionText = lib.func('const char *pcap_lib_version()');
  const dispatch = lib.func('int pcap_dispatch(void *p, int cnt, void *callback, void *user)');
  // The callback is the C function itself: no packet crosses into JavaScript.
  const dump: Pointer = lib.symbol('pcap_dump');
  const setPrecision = lib.func('int pcap_set_tstamp_precision(void *p, int precision)');
  const compile = lib.func(
    'int pcap_compile(void *p, void *program, const char *filter, int optimize, uint32_t netmask)',
  );
  return {
    version: versionText(),
    create: lib.func('void *pcap_create(const char *device, void *errbuf)'),
    setSnaplen: lib.func('int pcap_set_snaplen(void *p, int snaplen)'),
    setPromisc: lib.func('int pcap_set_promisc(void *p, int promisc)'),
    setTimeout: lib.func('int pcap_set_timeout(void *p, int ms)'),
    setBufferSize: lib.func('int pcap_set_buffer_size(void *p, int bytes)'),
    setNanoseconds: (handle) => setPrecision(handle, TSTAMP_NANO),
    activate: lib.func('int pcap_activate(void *p)'),
    setDatalink: lib.func('int pcap_set_datalink(void *p, int dlt)'),
    datalink: lib.func('int pcap_datalink(void *p)'),
    setNonblock: lib.func('int pcap_setnonblock(void *p, int on, void *errbuf)'),
    fd: lib.func('int pcap_get_selectable_fd(void *p)'),
    compile: (handle, program, filter) => compile(handle, program, filter, 1, NETMASK_UNKNOWN),
    setFilter: lib.func('int pcap_setfilter(void *p, void *program)'),
    freeCode: lib.func('void pcap_freecode(void *program)'),
    offlineFilter: lib.func('int pcap_offline_filter(void *program, void *header, void *packet)'),
    openDead: lib.func('void *pcap_open_dead(int linktype, int snaplen)'),
    dispatchTo: (handle, count, file) => dispatch(handle, count, dump, file),
    stats: lib.func('int pcap_stats(void *p, void *stat)'),
    error: lib.func('const char *pcap_geterr(void *p)'),
    close: lib.func('void pcap_close(void *p)'),
    findAllDevs: lib.func('int pcap_findalldevs(void *list, void *errbuf)'),
    freeAllDevs: lib.func('void pcap_freealldevs(void *list)'),
  };
}

function openAny(): ReturnType<typeof koffi.load> {
  let reason = '';
  for (const name of NAMES) {
    try {
      return koffi.load(name);
    } catch (error) {
      reason ||= error instanceof Error ? error.message : String(error);
    }
  }
  throw new Error(`libpcap can't be loaded (${reason})`);
}

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const IO_UNBUFFERED = 2;
/** netdevice(7): struct ifreq is a name of at most 15 bytes and a NUL, then the value. */
const SIOCGIFNAME = 0x8910;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFINDEX = 0x8933;
const IFREQ_BYTES = 40;
const IFNAME_BYTES = 16;
const IFF_UP = 1;

function bindLibc(): Libc {
  const lib = koffi.load(null);
  const fmemopen = lib.func('void *fmemopen(void *buf, size_t size, const char *mode)');
  const setvbuf = lib.func('int setvbuf(void *file, void *buf, int mode, size_t size)');
  const setsockopt = lib.func('int setsockopt(int fd, int level, int name, void *value, uint32_t length)');
  const ioctl = lib.func('int ioctl(int fd, ulong request, void *argument)');
  const attachFilter = (fd: number, instructions: number, address: Pointer) => {
    // struct sock_fprog { u16 len; (padding) struct sock_filter *filter }.
    const program = Buffer.alloc(16);
    program.writeUInt16LE(instructions, 0);
    program.writeBigUInt64LE(address, 8);
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, program.length);
  };
  return {
    memoryFile(address, length) {
      const file: Pointer | null = fmemopen(address, length, 'w');
      if (file === null) throw new Error(`fmemopen failed, errno ${koffi.errno()}`);
      // Unbuffered: each fwrite copies once, straight into the segment.
      setvbuf(file, null, IO_UNBUFFERED, 0);
      return file;
    },
    filePosition: lib.func('long ftell(void *file)'),
    closeFile: lib.func('int fclose(void *file)'),
    poll: lib.func('int poll(void *fds, ulong count, int ms)'),
    attachFilter,
    rejectAll(fd) {
      // struct sock_filter { u16 code; u8 jt, jf; u32 k }: BPF_RET|BPF_K, 0.
      const instruction = Buffer.alloc(8);
      instruction.writeUInt16LE(0x06, 0);
      attachFilter(fd, 1, koffi.address(instruction));
    },
    interfaceState(fd, name) {
      if (Buffer.byteLength(name) >= IFNAME_BYTES) return undefined;
      const request = Buffer.alloc(IFREQ_BYTES);
      request.write(name);
      if (ioctl(fd, SIOCGIFINDEX, request) !== 0) return undefined;
      const index = request.readInt32LE(IFNAME_BYTES);
      if (ioctl(fd, SIOCGIFFLAGS, request) !== 0) return undefined;
      return { index, up: (request.readUInt16LE(IFNAME_BYTES) & IFF_UP) !== 0 };
    },
    interfaceName(fd, index) {
      const request = Buffer.alloc(IFREQ_BYTES);
      request.writeInt32LE(index, IFNAME_BYTES);
      if (ioctl(fd, SIOCGIFNAME, request) !== 0) return undefined;
      return request.toString('utf8', 0, request.indexOf(0));
    },
  };
}

/** The address of a view's first byte. */
export function addressOf(view: Uint8Array): Pointer {
  return koffi.address(view);
}

export function readString(pointer: Pointer): string {
  return koffi.decode.string(pointer);
}
export function readPointer(pointer: Pointer): Pointer {
  return BigInt(koffi.decode.uint64(pointer));
}
export function readU32(pointer: Pointer): number {
  return koffi.decode.uint32(pointer);
}
