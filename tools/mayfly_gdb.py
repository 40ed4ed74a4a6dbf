"""mayfly_gdb.py -- what gdb shows of a stopped kernel.

./mayfly debug loads it; by hand:

    gdb build/mayfly.elf -x tools/mayfly_gdb.py -ex 'target remote SOCKET'

Commands: procs, threads, runq, dead, tokens, trace PID, bt-thread ADDRESS
(help NAME says more; trace hides gdb's own command of that name).  They only
read memory, and take no lock: the machine is stopped, perhaps in the middle
of a change, so every list is walked with a limit and a loop shows as such.

The names of flags are read from the headers, so that no number stands twice.
"""
import functools
import os
import re
import struct

import gdb

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
LIMIT = 100000  # members of one list
TD_MAGIC = 0x7468726561640000


@functools.lru_cache(None)
def defines(header, prefix):
    """{name without prefix: number} of the header's #defines."""
    with open(os.path.join(ROOT, header), encoding="ascii") as f:
        found = re.findall(
            r"^#define %s(\w+) +(0x[0-9a-f]+|\d+)\b" % prefix, f.read(), re.M)
    return {name: int(number, 0) for name, number in found}


def flags(value, header, prefix):
    """'A|B' for the bits that are set; unknown ones as a number."""
    value, names = int(value), []
    for name, bit in defines(header, prefix).items():
        if bit and value & bit == bit:
            names.append(name)
            value &= ~bit
    if value:
        names.append(hex(value))
    return "|".join(names) or "-"


def name_of(value, header, prefix):
    for name, number in defines(header, prefix).items():
        if number == int(value):
            return name
    return str(int(value))


def thread_flags(td):
    return flags(td["td_flags"], "kernel/lwkt/thread.h", "TDF_")


def proc_state(p):
    stat = int(p["p_stat"])
    names = {1: "new", 2: "active", 3: "stopped", 4: "zombie"}
    words = [names.get(stat, "state %d?" % stat)]
    value = int(p["p_flags"])
    for name, bit in defines("kernel/proc/proc.h", "P_").items():
        if name in ("WEXIT", "SINGLE", "ORPHANED") and value & bit:
            words.append(name)
    if p["p_claimed"]:
        words.append("claimed")
    return ",".join(words)


def text(value):
    """A char array, or a pointer to characters, up to its NUL."""
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        if not value:
            return ""
        return value.string("ascii", "replace", length=-1)
    raw = bytes(int(value[i]) & 0xff
                for i in range(value.type.range()[1] + 1))
    return raw.split(b"\0")[0].decode("ascii", "replace")


def glob(name):
    return gdb.parse_and_eval(name)


def pointer(name, address):
    return gdb.Value(address).cast(gdb.lookup_type(name).pointer())


def chain(first, link, following):
    """The members of a BSD list, from its first."""
    at, n = first, 0
    while at:
        yield at
        n += 1
        if n == LIMIT:
            print("(the list has no end)")
            return
        at = at[link][following]


def tailq(head, link):
    return chain(head["tqh_first"], link, "tqe_next")


def list_of(head, link):
    return chain(head["lh_first"], link, "le_next")


def stailq(head, link):
    return chain(head["stqh_first"], link, "stqe_next")


def tree(root, link):
    """The members of a red-black tree, in order."""
    stack, at = [], root
    while (at or stack) and len(stack) < 100:
        while at:
            stack.append(at)
            at = at[link]["rbe_left"]
        at = stack.pop()
        yield at
        at = at[link]["rbe_right"]


def cpus():
    for i in range(int(glob("ncpus"))):
        gd = glob("globaldata")[i]
        if gd:
            yield gd


def all_threads():
    for gd in cpus():
        yield from list_of(gd["gd_tdall"], "td_allq")


def all_procs():
    """{address: struct proc *} of the pid hash: zombies and embryos too, but
    not one that its parent's wait has taken out of the table."""
    table = glob("pid_hash")
    size = table.type.target().sizeof
    heads = [f for f in table.type.target().fields()
             if f.name == "pb_procs"][0].bitpos // 8
    raw = bytes(gdb.selected_inferior().read_memory(
        int(table.address), table.type.sizeof))
    found = {}
    for at in range(heads, len(raw), size):
        first = struct.unpack_from("<Q", raw, at)[0]
        if first:
            for p in chain(pointer("struct proc", first), "p_hash",
                           "le_next"):
                found[int(p)] = p
    return found


def owner(td):
    """'pid/tid' of a thread, '-' of a kernel thread."""
    lp = td["td_lwp"]
    if not lp:
        return "-"
    return "%d/%d" % (int(lp["lwp_proc"]["p_pid"]), int(lp["lwp_tid"]))


def doing(td):
    """What a thread waits for, or where it is."""
    bits = defines("kernel/lwkt/thread.h", "TDF_")
    value = int(td["td_flags"])
    lp = td["td_lwp"]
    if int(td["td_magic"]) != TD_MAGIC:
        return "(no thread)"
    if value & bits["EXITING"]:
        return "(ended)"
    if value & bits["RUNNING"]:
        if int(td["td_gd"]["gd_curthread"]) == int(td):
            return "(runs on CPU %d)" % int(td["td_gd"]["gd_cpuid"])
        return "(preempted or switching)"
    if value & bits["RUNQ"]:
        return "(runnable)"
    if td["td_wmesg"]:
        woken = "" if td["td_wchan"] else " (woken)"
        return text(td["td_wmesg"]) + woken
    if lp and lp["lwp_userq"]:
        return "(user run queue)"
    return "(off all queues)"


def lwp_doing(lp):
    td = lp["lwp_thread"]
    return doing(td) if td else "(no thread)"


class Command(gdb.Command):
    """A command that says what is wrong in one line."""

    def __init__(self):
        super().__init__(self.word, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        try:
            if not glob("ncpus") or not glob("globaldata")[0]:
                raise gdb.GdbError("the kernel has not come so far yet")
            self.show(gdb.string_to_argv(argument))
        except gdb.MemoryError as e:
            raise gdb.GdbError("%s (has the kernel started?)" % e) from e


class Procs(Command):
    """procs: the tree of processes.

State with what has been decided (WEXIT: it is ending, SINGLE: an exec wants
to be alone, ORPHANED: its children have been handed on, claimed: by a wait),
holds (p_lock), threads (p_nlive / p_nthreads), the master, and each thread
with what it waits for.  One that its parent's wait is just freeing is in no
table any more and is not shown."""
    word = "procs"

    def show(self, _):
        procs = all_procs()
        below = {}
        for p in procs.values():
            parent = int(p["p_pptr"])
            below.setdefault(parent if parent in procs else 0, []).append(p)
        print("%-18s %-22s %5s %7s %-8s %-16s %s" % (
            "PID", "STATE", "HOLDS", "THREADS", "MASTER", "COMMAND",
            "THREADS WAIT FOR"))
        self.level(below, 0, 0)

    def level(self, below, parent, depth):
        for p in sorted(below.get(parent, []), key=lambda p: int(p["p_pid"])):
            self.line(p, depth)
            self.level(below, int(p), depth + 1)

    def line(self, p, depth):
        count = defines("kernel/proc/proc.h", "PLOCK_")["COUNT"]
        print("%-18s %-22s %5d %7s %-8s %-16s %s" % (
            "  " * depth + str(int(p["p_pid"])), proc_state(p),
            int(p["p_lock"]) & count,
            "%d/%d" % (int(p["p_nlive"]), int(p["p_nthreads"])),
            self.master(p), text(p["p_comm"]),
            ", ".join("%d %s" % (int(lp["lwp_tid"]), lwp_doing(lp))
                      for lp in tree(p["p_lwps"]["rbh_root"], "lwp_node"))))

    def master(self, p):
        lp = p["p_master"]
        if not lp:
            return "-"
        gone = defines("kernel/proc/proc.h", "LWP_MP_")["GONE"]
        off = " gone" if int(lp["lwp_mpflags"]) & gone else ""
        return "%d%s" % (int(lp["lwp_tid"]), off)


class Threads(Command):
    """threads: every thread of the machine.

CPU is the one that it belongs to (td_gd).  In parentheses: not asleep."""
    word = "threads"

    def show(self, _):
        print("%-18s %-16s %9s %3s %3s %4s %-24s %s" % (
            "ADDRESS", "COMMAND", "PID/TID", "CPU", "PRI", "REFS", "FLAGS",
            "WAITS FOR"))
        for td in all_threads():
            print("%#-18x %-16s %9s %3d %3d %4d %-24s %s" % (
                int(td), text(td["td_comm"]), owner(td),
                int(td["td_gd"]["gd_cpuid"]), int(td["td_pri"]),
                int(td["td_refs"]), thread_flags(td), doing(td)))


class Runq(Command):
    """runq: who runs and who is runnable, per CPU.

The LWKT queues by priority (the running thread stays on its queue), the LWP
that is designated to run in user mode, the user run queue by level."""
    word = "runq"

    def show(self, _):
        for gd in cpus():
            td = gd["gd_curthread"]
            noted = flags(gd["gd_reqflags"], "kernel/lwkt/globaldata.h",
                          "RQF_")
            print("cpu %d: runs %s %s, crit %d, noted %s" % (
                int(gd["gd_cpuid"]), text(td["td_comm"]), owner(td),
                int(td["td_critcount"]), noted))
            self.kernel_queues(gd)
            if gd["gd_usched"]:
                self.user_queue(gd)

    def kernel_queues(self, gd):
        mask = int(gd["gd_runqmask"])
        for pri in range(31, -1, -1):
            waiting = list(tailq(gd["gd_runq"][pri], "td_threadq"))
            if waiting or mask >> pri & 1:
                print("    priority %2d: %s%s" % (
                    pri, ", ".join("%s %s" % (text(td["td_comm"]), owner(td))
                                   for td in waiting),
                    "" if bool(waiting) == bool(mask >> pri & 1)
                    else " (gd_runqmask says otherwise)"))

    def user_queue(self, gd):
        lp, queue = gd["gd_uschedcp"], gd["gd_usched"]["uc_queue"]
        print("    designated: %s" % (self.lwp(lp) if lp else "nobody"))
        mask = int(queue["uq_mask"])
        for level in range(32):
            if mask >> level & 1:
                print("    user level %2d: %s" % (level, ", ".join(
                    self.lwp(lp)
                    for lp in tailq(queue["uq_levels"][level], "lwp_procq"))))

    def lwp(self, lp):
        return "%s %s (slice %d, used %d)" % (
            text(lp["lwp_thread"]["td_comm"]), owner(lp["lwp_thread"]),
            int(lp["lwp_slice"]), int(lp["lwp_estcpu"]))


class Dead(Command):
    """dead: threads that wait for their CPU's reaper, and masters that wait
for their parent."""
    word = "dead"

    def show(self, _):
        for gd in cpus():
            rp = gd["gd_reaper"]
            if not rp:
                continue
            print("cpu %d: %d pending, %d disposed of" % (
                int(gd["gd_cpuid"]), int(rp["rp_pending"]),
                int(gd["gd_cnt_disposed"])))
            for lp in stailq(rp["rp_dead"], "lwp_dead"):
                self.line(lp)
        print("masters:")
        for p in all_procs().values():
            if p["p_master"]:
                self.line(p["p_master"])

    def line(self, lp):
        td = lp["lwp_thread"]
        print("    %#x %s %s, thread %#x, refs %d, %s" % (
            int(lp), text(td["td_comm"]), owner(td), int(td),
            int(td["td_refs"]),
            flags(lp["lwp_mpflags"], "kernel/proc/proc.h", "LWP_MP_")))


class Tokens(Command):
    """tokens: what each thread has in its list of tokens.

A thread holds a token, or wants it back: because another holds it, or
because it is asleep or was switched away and gets all of them again before
it runs on."""
    word = "tokens"

    def show(self, _):
        threads = list(all_threads())
        first = int(glob("sizeof(struct tokref)"))
        names = {int(p["p_token"].address): "proc (pid %d)" % int(p["p_pid"])
                 for p in all_procs().values()}
        spans = [(int(td["td_toks"].address),
                  int(td["td_toks"].address) + td["td_toks"].type.sizeof, td)
                 for td in threads]
        for td in threads:
            base = int(td["td_toks"].address)
            n = (int(td["td_toks_stop"]) - base) // first
            if n <= 0:
                continue
            print("%s %s: %s" % (text(td["td_comm"]), owner(td), doing(td)))
            seen = []
            for i in range(min(n, td["td_toks"].type.range()[1] + 1)):
                tok = td["td_toks"][i]["tr_tok"]
                if int(tok) not in seen:
                    seen.append(int(tok))
                    self.line(td, tok, names, spans)

    def line(self, td, tok, names, spans):
        ref, holder = int(tok["t_ref"]), None
        for low, high, other in spans:
            if low <= ref < high:
                holder = other
        if holder is not None and int(holder) == int(td):
            state = "held"
        elif holder is not None:
            state = "wanted, held by %s %s" % (
                text(holder["td_comm"]), owner(holder))
        elif ref:
            state = "wanted, held by a thread in no list (%#x)" % ref
        else:
            state = "let go, wanted again before it runs on"
        print("    %-20s %#x  %s" % (
            names.get(int(tok), text(tok["t_name"])), int(tok), state))


class Trace(Command):
    """trace PID: the stages that a process and its threads have walked, as
far as the exit trace still has them (PID -1: of all), oldest first."""
    word = "trace"

    def show(self, argv):
        if len(argv) != 1 or not re.fullmatch(r"-1|\d+", argv[0]):
            raise gdb.GdbError("trace: which pid?")
        pid = int(argv[0])
        events = sorted(self.events(pid), key=lambda e: e[0])
        if not events:
            print("the trace has nothing of pid %d" % pid)
            return
        hz = int(glob("tsc_hz")) or 1
        print("%10s %6s %5s %3s  %s" % ("us", "PID", "TID", "CPU", "STAGE"))
        for cycles, cpu, one_pid, tid, table, stage in events:
            print("%10.1f %6d %5d %3d  %s" % (
                (cycles - events[0][0]) * 1e6 / hz, one_pid, tid, cpu,
                self.stage(table, stage)))

    def events(self, pid):
        for gd in cpus():
            cpu = int(gd["gd_cpuid"])
            ring = glob("rings")[cpu]
            if not ring:
                continue
            slots = ring["tr_slots"]
            slots.fetch_lazy()  # one transfer, not one a field
            for i in range(slots.type.range()[1] + 1):
                ts = slots[i]
                if int(ts["ts_seq"]) and pid in (-1, int(ts["ts_pid"])):
                    yield (int(ts["ts_cycles"]), cpu, int(ts["ts_pid"]),
                           int(ts["ts_tid"]), int(ts["ts_table"]),
                           int(ts["ts_stage"]))

    def stage(self, table, stage):
        threads = defines("kernel/abi/mayfly.h", "EXIT_TABLE_")["THREAD"]
        if table == threads:
            return "  " + text(glob("thread_stages")[stage]["es_name"])
        return text(glob("proc_stages")[stage]["es_name"])


class BtThread(Command):
    """bt-thread ADDRESS: the kernel stack of a thread that does not run.

For one that a CPU runs, "thread N" selects CPU N - 1, and bt shows it."""
    word = "bt-thread"

    def show(self, argv):
        if len(argv) != 1:
            raise gdb.GdbError("bt-thread: which address? (see threads)")
        td = pointer("struct thread", int(gdb.parse_and_eval(argv[0])))
        if int(td["td_magic"]) != TD_MAGIC:
            raise gdb.GdbError("%s is no thread" % argv[0])
        gd = td["td_gd"]
        if int(gd["gd_curthread"]) == int(td):
            raise gdb.GdbError("it runs: thread %d, then bt" %
                               (int(gd["gd_cpuid"]) + 1))
        sf = pointer("struct switch_frame", int(td["td_sp"]))
        low = int(td["td_kstack"])
        self.walk(int(sf["sf_rip"]), int(sf["sf_rbp"]), low, int(td))

    def walk(self, pc, fp, low, high):
        memory = gdb.selected_inferior()
        for n in range(64):
            print("#%-2d %#x %s" % (n, pc, self.symbol(pc)))
            if not low <= fp < high:
                return
            low = fp + 8  # outwards only
            fp, pc = struct.unpack("<QQ", bytes(memory.read_memory(fp, 16)))
            if not pc:
                return

    def symbol(self, pc):
        # Before pc: a call may be the last instruction of its function.
        block, names = gdb.block_for_pc(pc - 1), []
        while block is not None and not block.is_static:
            if block.function is not None:
                names.append(block.function.name)
            block = block.superblock
        if not names:
            said = gdb.execute("info symbol %#x" % pc, to_string=True)
            names.append(said.split(" in ")[0].strip())
        sal = gdb.find_pc_line(pc - 1)
        where = " at %s:%d" % (sal.symtab.filename, sal.line) \
            if sal.symtab else ""
        # Inlined ones first.
        return " in ".join(names) + where


for command in (Procs, Threads, Runq, Dead, Tokens, Trace, BtThread):
    command()
print("mayfly: procs, threads, runq, dead, tokens, trace PID, "
      "bt-thread ADDRESS (help NAME)")
