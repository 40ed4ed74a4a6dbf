# config.mk -- what goes into the kernel.  Each can be given on make's command
# line too; builds with INVARIANTS=0, CHAOS=1, COVERAGE=1 or SAN=1 have folders
# of their own below build/, so that they do not rebuild each other.

# 1: KKASSERT and the costly self-checks are compiled in (design.md 7).
INVARIANTS ?= 1

# 1: chaos_point() yields, delays and moves threads under the kernel argument chaos=SEED.
CHAOS ?= $(INVARIANTS)

# 1: the lines that run are counted, into build/coverage (docs/coverage.md).
COVERAGE ?= 0

# 1: every access to memory is checked, and every operation that the language
# leaves undefined (docs/tests.md, "Sanitizers").  Slow; for tests.
SAN ?= 0

# Folders and files of kernel/ to leave out of the build, for example
# kernel/trace/ktrace.c.  The stage of a dying process that an optional
# subsystem owns is a weak function: left out, the walk steps over it.
WITHOUT ?=
