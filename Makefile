# Makefile -- builds the kernel, the user programs and the boot medium.
#
# Everything goes below build/: the default build to build/ itself, one with
# other settings (config.mk) to build/release, build/chaos, ...  ./mayfly is
# what a person types; the targets here are
#
#	all	kernel, initial file system (what QEMU's own loader starts)
#	iso	the boot medium for BIOS and UEFI
#	lint	rules that the compiler does not see
#	analyze	clang's check of the guard words (kernel/lockcheck.h)
#	clang	the kernel by clang, without a warning
#	walk	the ORDER, RACE, SPEC and WAKES comments, room by room
#	clean	all but the cached C library
#
# V=1 shows the commands, WERROR=1 makes warnings errors.  MUTANT=NAME builds a
# kernel that lacks one defence (tests/mutants) to build/mutant/NAME.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

include config.mk

V ?= 0
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n' $(1) '$(2)'
endif

# The folder of this build.
san := $(filter-out 0,$(SAN))
variant := $(if $(filter 0,$(INVARIANTS)),release)
variant := $(variant)$(if $(san),san)
variant := $(variant)$(if $(filter-out $(INVARIANTS),$(CHAOS)),chaos$(CHAOS))
variant := $(variant)$(if $(filter-out 0,$(COVERAGE)),coverage)
O := build$(if $(variant),/$(variant))

# The compiler: the cross compiler where there is one, otherwise the host's,
# which gives the same code with these flags.
cross := $(firstword $(shell command -v x86_64-elf-gcc) \
	$(wildcard build/toolchain/bin/x86_64-elf-gcc))
prefix := $(if $(cross),$(cross:gcc=))
CC := $(prefix)gcc
LD := $(prefix)ld
AR := $(prefix)ar
NM := $(prefix)nm
STRIP := $(prefix)strip
NASM := nasm
CLANG := clang

gcc_include := $(shell $(CC) -print-file-name=include)
werror := $(if $(WERROR),-Werror)
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla
freestanding := -std=gnu17 -ffreestanding -fno-pic -fno-pie \
	-fcf-protection=none -nostdinc -isystem $(gcc_include)
kdefs := $(if $(filter-out 0,$(INVARIANTS)),-DINVARIANTS) \
	$(if $(filter-out 0,$(CHAOS)),-DCHAOS) $(if $(san),-DSAN)
kflags := $(freestanding) -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
	-fno-omit-frame-pointer -fstack-protector-strong \
	-mstack-protector-guard=global -isystem build/include -I. $(warnings) \
	$(kdefs) -O2 -g
# Without self-checks the kernel is compiled as a whole, so that what is small
# and often called is inlined across files; the cross compiler may lack that.
lto := $(if $(filter 0,$(INVARIANTS)),$(shell echo 'int x;' | $(CC) -flto=auto \
	-c -x c - -o /dev/null 2>/dev/null && echo -flto=auto))
# Lines are counted: what the CPUs count adds up, and code stays where its
# lines are.
kcoverage := $(if $(filter-out 0,$(COVERAGE)),-Og -ftest-coverage \
	-fprofile-arcs -fprofile-info-section -fprofile-update=atomic)

# SAN=1: the sanitizers (kernel/san/).  The address sanitizer stays away from
#	kernel/san/, arch/x86_64/san/
#			its own work: they write marks and read records
#	boot_main.c	runs first, and makes the first shadow
#	pmap_shootdown.c
#			a CPU that idles on the page table of a vmspace that
#			is back in its cache touches its pm_active (vmspace.c)
#	kstack_paint.c	looks at whole stacks, where others may not
#	deadlock.c	goes from thread to thread while they end
#	ksyms_none.c	its weak tables are replaced by larger ones
san_folders := kernel/san/% arch/x86_64/san/%
san_only := $(san_folders) kernel/test/provoke_san.c \
	kernel/test/test_san.c
san_undefined := -fsanitize=undefined
san_address := -fsanitize=kernel-address \
	-fasan-shadow-offset=0xdffffc0000000000 --param asan-stack=1 \
	--param asan-globals=1 \
	--param asan-instrumentation-with-call-threshold=10000
no_address := arch/x86_64/boot_main.c arch/x86_64/pmap_shootdown.c \
	kernel/mem/kstack_paint.c kernel/test/deadlock.c \
	kernel/lib/ksyms_none.c
ifneq ($(san),)
ifeq ($(filter-out 0,$(INVARIANTS)),)
$(error SAN=1 goes with INVARIANTS=1)
endif
kflags_san = $(if $(filter $(san_folders),$<),,$(san_undefined) \
	$(if $(filter $(no_address),$<),,$(san_address)))
endif
kldflags := -nostdlib -static -z max-page-size=4096 -z noexecstack \
	--build-id=none -T linker.ld
nasmflags := -f elf64 -g -F dwarf -I./

#
# Sources: whatever is there.
#
excluded := $(addsuffix %,$(WITHOUT) \
	$(if $(kcoverage),,kernel/test/coverage.c)) $(if $(san),,$(san_only))
kc := $(filter-out $(excluded),$(sort $(shell find kernel arch/x86_64 \
	-name '*.c' -type f)))
kasm := $(sort $(shell find boot arch/x86_64 kernel -name '*.asm' -type f))
kobjs := $(kc:%.c=$(O)/%.o) $(kasm:%.asm=$(O)/%.asm.o)
# What is linked: all of them, or those of one piece and the others.
kparts := $(if $(lto),$(O)/whole.o $(filter %.asm.o,$(kobjs)),$(kobjs))
libc_c := $(sort $(wildcard user/libc/*.c))
libc_s := $(sort $(wildcard user/libc/*.S))

# Programs: user/NAME.c is /bin/NAME, and so is the folder user/NAME of several
# files; user/tests/NAME.c is /tests/NAME, user/demo/NAME.c is /demo/NAME.
# What lies in user/lib is for all of them.
ulib_c := $(sort $(wildcard user/lib/*.c))
singles := $(patsubst user/%.c,%,$(sort $(wildcard user/*.c)))
folders := $(filter-out libc lib tests demo,$(patsubst user/%/,%,$(sort \
	$(dir $(wildcard user/*/*.c)))))
others := $(patsubst user/%.c,%,$(sort $(wildcard user/tests/*.c \
	user/demo/*.c)))
programs := $(singles:%=bin/%) $(folders:%=bin/%) $(others)
prog_objs := $(foreach p,$(singles) $(others),build/user/$(p).o) \
	$(patsubst %.c,build/%.o,$(wildcard $(folders:%=user/%/*.c)))
ulib_objs := $(ulib_c:%.c=build/%.o)

.PHONY: all iso kernel user lint analyze clang walk clean FORCE
all: $(if $(MUTANT),$(MUTANT:%=build/mutant/%/mayfly.elf),$(O)/mayfly.elf) \
	$(O)/initrd.cpio
kernel: $(O)/mayfly.elf
user: $(O)/initrd.cpio
iso: $(O)/mayfly.iso
all kernel user iso:
	@:

# A file that changes when what it holds changes: what depends on it is built
# again when the flags are others.
define stamp
$(1): FORCE
	@mkdir -p $$(@D)
	@echo '$(2)' | cmp -s - $$@ || { echo '$(2)' >$$@; $(3); }
endef
$(eval $(call stamp,$(O)/kflags,$(CC) $(kflags) $(lto) $(kcoverage) \
	$(if $(san),$(san_undefined) \
	$(san_address) but $(no_address)),echo 'compiler: $(CC) ($(O))'))
$(eval $(call stamp,$(O)/ksources,$(kobjs),:))
$(eval $(call stamp,$(O)/programs,$(programs),:))

#
# Headers of the distribution, in a folder of their own.
#
include_done := build/include/done
$(include_done): Makefile
	$(call say,HEADERS,build/include)
	$(Q)rm -rf build/include
	$(Q)mkdir -p build/include/sys build/include/bsd/sys build/include/bits
	$(Q)cp /usr/include/bsd/sys/queue.h /usr/include/bsd/sys/tree.h \
		build/include/sys/
	$(Q)cp /usr/include/stb/stb_sprintf.h /usr/include/elf.h build/include/
	$(Q)cp $$(find /usr/include -path '*/bits/auxv.h' | head -n 1) \
		build/include/bits/
	$(Q)printf '%s\n' '#pragma once' '#ifndef __unused' \
		'#define __unused __attribute__((unused))' '#endif' \
		>build/include/sys/cdefs.h
	$(Q)printf '%s\n' '#include <sys/cdefs.h>' >build/include/bsd/sys/cdefs.h
	$(Q)touch $@

#
# The kernel.  Linked twice: the first gives the addresses for the symbol
# table, which the second takes in behind the text.
#
$(O)/%.o: %.c $(O)/kflags | $(include_done)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(kflags) $(kflags_san) $(lto) $(kcoverage) $(werror) -MMD \
		-MP -c $< -o $@

# What writes the counters out does not count.
$(O)/kernel/test/coverage.o: kcoverage :=
# stb_sprintf's floating point is there but for the full optimization.
$(O)/kernel/lib/printf.o: kcoverage := $(kcoverage:-Og=-O2)

$(O)/whole.o: $(filter-out %.asm.o,$(kobjs)) $(O)/ksources
	$(call say,LTO,$@)
	$(Q)$(CC) $(kflags) $(lto) -nostdlib -r -flinker-output=nolto-rel \
		$(filter %.o,$^) -o $@

$(O)/%.asm.o: %.asm Makefile
	$(call say,NASM,$<)
	@mkdir -p $(@D)
	$(Q)$(NASM) $(nasmflags) -MD $(@:.o=.d) -MP $< -o $@

# $(1): the objects
define link_kernel
	$(call say,LD,$@)
	$(Q)$(LD) $(kldflags) $(1) -o $(@D)/mayfly.1
	$(Q)$(NM) -n $(@D)/mayfly.1 | tools/mksyms >$(@D)/ksyms.asm
	$(Q)$(NASM) -f elf64 $(@D)/ksyms.asm -o $(@D)/ksyms.o
	$(Q)$(LD) $(kldflags) $(1) $(@D)/ksyms.o -o $@
	@rm -f $(@D)/mayfly.1
endef

$(O)/mayfly.elf: $(kparts) $(O)/ksources linker.ld tools/mksyms
	$(call link_kernel,$(kparts))

#
# Mutants (tests/mutants): the same objects, but for one that is compiled from
# a changed copy of its source.
#
build/mutant/%/mayfly.elf: $(kobjs) linker.ld tools/mksyms tests/mutants \
		tools/mutant
	$(call say,MUTANT,$*)
	@mkdir -p $(@D)
	@ln -sfn ../../initrd.cpio $(@D)/initrd.cpio
	$(Q)tools/mutant source $* >$(@D)/mutant.c
	$(Q)$(CC) $(kflags) -w -c $(@D)/mutant.c -o $(@D)/mutant.o
	$(call link_kernel,$(patsubst $(mutated),$(@D)/mutant.o,$(kobjs)))

mutated = $(patsubst %.c,$(O)/%.o,$(shell tools/mutant get $* file))

#
# The user's side: newlib as tools/newlib leaves it, with our headers and
# glue, makes build/sysroot; ./mayfly cc compiles against it, too.
#
sysroot := build/sysroot
uflags := -std=gnu17 -fno-pic -fno-pie -fcf-protection=none -nostdinc \
	-fno-stack-protector -O2 -g -ffunction-sections -fdata-sections \
	-isystem $(sysroot)/include -isystem $(gcc_include) $(warnings)
uldflags := -static -nostdlib -z noexecstack -z max-page-size=4096 \
	--build-id=none --gc-sections -T $(sysroot)/lib/user.ld
abi := $(wildcard kernel/abi/*.h)
overlay := $(shell find user/libc/include -name '*.h')
libc_objs := $(libc_c:%.c=build/%.o) $(libc_s:%.S=build/%.S.o) \
	build/user/libc/stubs.o
crt0 := build/user/libc/crt0.S.o

build/newlib/current: tools/newlib $(overlay) \
		$(filter-out %/mayfly.h %/lwp.h %/procctl.h %/usched.h \
		%/reboot.h %/syscall.h %/mman.h %/unistd.h %/termios.h %/procfs.h \
		%/ptrace.h %/itimer.h,$(abi))
	$(Q)tools/newlib

$(sysroot)/include/done: build/newlib/current $(abi) $(overlay)
	$(call say,HEADERS,$(@D))
	$(Q)rm -rf $(@D)
	$(Q)mkdir -p $(@D)/kernel/abi
	$(Q)cp -R build/newlib/$$(cat $<)/x86_64-elf/include/. $(@D)/
	$(Q)cp -R user/libc/include/. $(@D)/
	$(Q)cp $(abi) $(@D)/kernel/abi/
	$(Q)touch $@

$(eval $(call stamp,build/uflags,$(CC) $(uflags),:))
$(eval $(call stamp,build/libcsources,$(libc_objs),:))

build/user/%.o: user/%.c build/uflags | $(sysroot)/include/done
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(uflags) -I. $(werror) -MMD -MP -c $< -o $@

build/user/%.S.o: user/%.S build/uflags
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -I. -MMD -MP -c $< -o $@

build/user/libc/stubs.o: kernel/abi/syscall.h tools/mkstubs
	$(call say,STUBS,$<)
	@mkdir -p $(@D)
	$(Q)tools/mkstubs $< >build/user/libc/stubs.s
	$(Q)$(CC) -c build/user/libc/stubs.s -o $@

$(sysroot)/lib/libc.a: $(libc_objs) build/libcsources user/libc/user.ld \
		$(sysroot)/include/done
	$(call say,AR,$@)
	$(Q)rm -rf $(@D)
	$(Q)mkdir -p $(@D)
	$(Q)cp build/newlib/$$(cat build/newlib/current)/x86_64-elf/lib/lib*.a \
		$(@D)/
	$(Q)$(AR) rs $@ $(filter-out $(crt0),$(libc_objs)) 2>/dev/null
	$(Q)cp $(crt0) $(@D)/crt0.o
	$(Q)cp user/libc/user.ld $(@D)/

build/user/libuser.a: $(ulib_objs) build/ulibsources
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(ulib_objs)

$(eval $(call stamp,build/ulibsources,$(ulib_objs),:))

# $(1): its place in the initial file system, $(2): its objects
define program
build/root/$(1): $(2) build/user/libuser.a $(sysroot)/lib/libc.a
	$(call say,LD,$(1))
	@mkdir -p $$(@D) $$(dir build/elf/$(1))
	$(Q)$(LD) $(uldflags) $(sysroot)/lib/crt0.o $(2) --start-group \
		build/user/libuser.a $(sysroot)/lib/libc.a \
		$(sysroot)/lib/libm.a --end-group -o build/elf/$(1)
	$(Q)$(STRIP) build/elf/$(1) -o $$@
endef
$(foreach p,$(singles),$(eval $(call program,bin/$(p),build/user/$(p).o)))
$(foreach p,$(folders),$(eval $(call program,bin/$(p),$(patsubst \
	%.c,build/%.o,$(sort $(wildcard user/$(p)/*.c))))))
$(foreach p,$(others),$(eval $(call program,$(p),build/user/$(p).o)))

$(O)/initrd.cpio: $(programs:%=build/root/%) $(O)/programs tools/mkinitrd
	$(call say,CPIO,$@)
	$(Q)tools/mkinitrd $@ build/root $(programs)

#
# The boot medium.
#
$(O)/mayfly.iso: $(O)/mayfly.elf $(O)/initrd.cpio iso/grub.cfg tools/mkiso
	$(call say,ISO,$@)
	$(Q)tools/mkiso $@ $(O)/mayfly.elf $(O)/initrd.cpio ''

#
# Checks.
#
lint: | $(include_done)
	$(Q)tools/lint

analyze: | $(include_done)
	$(Q)tools/analyze $(filter kernel/lwkt/% kernel/proc/%,$(kc))

clang: $(kc:%.c=build/clang/%.o)

build/clang/%.o: %.c Makefile | $(include_done)
	$(call say,CLANG,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) --target=x86_64-unknown-none-elf $(kflags) -Werror -MMD \
		-MP -c $< -o $@

walk:
	$(Q)tools/walk

clean:
	$(Q)find build -mindepth 1 -maxdepth 1 ! -name newlib \
		! -name toolchain -exec rm -rf {} +

-include $(patsubst %.o,%.d,$(kobjs) $(libc_objs) $(ulib_objs) $(prog_objs) \
	$(kc:%.c=build/clang/%.o))
