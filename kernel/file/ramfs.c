/*
 * ramfs.c -- fills the file system at boot: from the archive that the loader
 * brought, and with the nodes of the devices.
 *
 * Runs once, on the boot CPU, before the first process.  Files are copied out
 * of the archive into vm_objects, a page each.  An archive that is damaged
 * ends the boot with one line that says what is wrong and where: a machine
 * that came up with half a file system would fail later and less clearly.
 * A later entry of the same name takes the place of an earlier one, so that an
 * archive can be appended as an overlay.
 *
 * Entry point: ramfs_init.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/stat.h"
#include "kernel/file/cpio.h"
#include "kernel/file/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/sysinit.h"
#include "kernel/md.h"
#include "kernel/mem/kmalloc.h"
#include "kernel/mem/vm.h"

static MALLOC_DEFINE(M_RAMFS, "ramfs");

/* A file with several names, of which the archive has seen one. */
struct hardlink {
	SLIST_ENTRY(hardlink) hl_link;	    /* OWNER */
	struct inode *hl_inode;		    /* OWNER a reference */
	unsigned hl_archive;		    /* OWNER numbers are its own */
	uint32_t hl_ino, hl_major, hl_minor; /* OWNER */
};

/* The work in hand. */
static struct cpio archive;
static struct cpio_entry entry;
static SLIST_HEAD(, hardlink) hardlinks;
static unsigned left_out; /* entries of kinds that do not exist here */

static NORETURN void
damaged(const char *what)
{
	panic("initial file system: %s (byte %lu of %lu%s%s)", what,
	    (unsigned long)archive.c_at, (unsigned long)archive.c_len,
	    entry.ce_name[0] != '\0' ? ", " : "", entry.ce_name);
}

/* What can still fail is memory, and names that the archive uses in two
 * ways. */
static void
must(int error)
{
	KKASSERT(error != EEXIST);
	if (error == EFBIG)
		damaged("a file is too big");
	if (error != 0)
		damaged("out of memory");
}

static struct inode *
make_inode(uint32_t mode, struct inode *parent)
{
	struct inode *ip = inode_alloc((uint16_t)mode, 0, 0, parent);

	if (ip == NULL)
		must(ENOMEM);
	return ip;
}

/* The directory of the last part of a path, made if it is not there (not all
 * tools put directories into an archive); *namep: that part. */
static struct inode *
make_parents(const char *path, const char **namep)
{
	struct inode *dir = rootdir, *ip;
	const char *slash;

	for (; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		size_t len = (size_t)(slash - path);

		if (dir_lookup(dir, path, len, &ip) != 0) {
			ip = make_inode(S_IFDIR | 0755, dir);
			must(dir_enter(dir, path, len, ip));
		}
		if (!S_ISDIR(ip->i_mode))
			damaged("a directory is not one");
		inode_rele(ip); /* its name keeps it */
		dir = ip;
	}
	*namep = path;
	return dir;
}

static void
set_owner(struct inode *ip)
{
	ip->i_mode = (uint16_t)((ip->i_mode & S_IFMT) |
	    (entry.ce_mode & 07777));
	ip->i_uid = entry.ce_uid;
	ip->i_gid = entry.ce_gid;
	inode_lock(ip);
	ip->i_mtime = entry.ce_mtime * NS_PER_SEC;
	inode_unlock(ip);
}

static UNCHECKED void
fill_file(struct inode *ip)
{
	must(reg_resize(ip, 0)); /* sleeps */
	must(reg_resize(ip, entry.ce_size)); /* sleeps */
	for (size_t off = 0; off < entry.ce_size; off += PAGE_SIZE) {
		if (!vm_object_fill(ip->i_object, off >> PAGE_SHIFT,
			entry.ce_data + off,
			min(PAGE_SIZE, entry.ce_size - off)))
			must(ENOMEM);
	}
}

/* The file that this entry is another name of, if it was seen; else a new
 * one, remembered. A reference for the caller. */
static struct inode *
linked_file(void)
{
	struct hardlink *hl;

	SLIST_FOREACH(hl, &hardlinks, hl_link) {
		if (hl->hl_archive == archive.c_archive &&
		    hl->hl_ino == entry.ce_ino &&
		    hl->hl_major == entry.ce_major &&
		    hl->hl_minor == entry.ce_minor) {
			inode_hold(hl->hl_inode);
			return hl->hl_inode;
		}
	}
	hl = kmalloc(sizeof(*hl), &M_RAMFS, 0);
	if (hl == NULL)
		must(ENOMEM);
	hl->hl_archive = archive.c_archive;
	hl->hl_ino = entry.ce_ino;
	hl->hl_major = entry.ce_major;
	hl->hl_minor = entry.ce_minor;
	hl->hl_inode = make_inode(S_IFREG, NULL);
	inode_hold(hl->hl_inode);
	SLIST_INSERT_HEAD(&hardlinks, hl, hl_link);
	return hl->hl_inode;
}

/* The inode of the entry, of a kind that exists here; NULL: another one. */
static struct inode *
entry_inode(struct inode *dir)
{
	struct inode *ip;

	switch (entry.ce_mode & S_IFMT) {
	case S_IFDIR:
		return make_inode(S_IFDIR, dir);
	case S_IFCHR:
		ip = make_inode(S_IFCHR, NULL);
		ip->i_rdev = DEV_NUMBER(entry.ce_rmajor, entry.ce_rminor);
		return ip;
	case S_IFREG:
		ip = entry.ce_nlink > 1 ? linked_file() :
		    make_inode(S_IFREG, NULL);
		/* Of several names only one carries the contents. */
		if (entry.ce_size > 0)
			fill_file(ip);
		return ip;
	default:
		return NULL;
	}
}

static void
unpack_entry(void)
{
	bool isdir = S_ISDIR(entry.ce_mode);
	struct inode *dir, *ip;
	const char *name;

	if (entry.ce_name[0] == '\0') {
		if (!isdir)
			damaged("the root is not a directory");
		set_owner(rootdir);
		return;
	}
	dir = make_parents(entry.ce_name, &name);
	if (dir_lookup(dir, name, strlen(name), &ip) == 0) {
		if (isdir != S_ISDIR(ip->i_mode))
			damaged("a name is a directory and a file");
		if (isdir)
			set_owner(ip);
		else
			must(dir_remove(dir, name, strlen(name), false));
		inode_rele(ip);
		if (isdir)
			return;
	}
	ip = entry_inode(dir);
	if (ip == NULL) {
		left_out++;
		return;
	}
	set_owner(ip);
	must(dir_enter(dir, name, strlen(name), ip));
	inode_rele(ip);
}

static void
unpack(const uint8_t *base, size_t len)
{
	struct hardlink *hl;
	const char *wrong;

	SLIST_INIT(&hardlinks);
	cpio_begin(&archive, base, len);
	while ((wrong = cpio_next(&archive, &entry)) == NULL)
		unpack_entry();
	if (wrong != CPIO_END)
		damaged(wrong);
	while ((hl = SLIST_FIRST(&hardlinks)) != NULL) {
		SLIST_REMOVE_HEAD(&hardlinks, hl_link);
		inode_rele(hl->hl_inode);
		kfree(hl, &M_RAMFS);
	}
	if (left_out > 0)
		kprintf("initial file system: %u symbolic links or other "
			"special files left out\n", left_out);
}

/* Nodes of all devices below /dev, in the place of what the archive has. */
static void
make_devices(void)
{
	memset(&entry, 0, sizeof(entry));
	for (struct device *dv = devices; dv != NULL; dv = dv->dv_next) {
		if (dv->dv_minors != 0)
			continue;
		ksnprintf(entry.ce_name, sizeof(entry.ce_name), "dev/%s",
		    dv->dv_name);
		entry.ce_mode = S_IFCHR | dv->dv_mode;
		entry.ce_mtime = (uint32_t)(cpu_walltime_ns() / NS_PER_SEC);
		entry.ce_rmajor = dv->dv_number >> 8;
		entry.ce_rminor = dv->dv_number & 0xff;
		unpack_entry();
	}
}

void
ramfs_init(void)
{
	rootdir = make_inode(S_IFDIR | 0755, NULL);
	/* Its two names: "." and, in itself, "..". */
	atomic_store(&rootdir->i_nlink, 2);
	if (bootinfo.bi_module != NULL)
		unpack(bootinfo.bi_module, bootinfo.bi_module_len);
	make_devices();
}
SYSINIT(ramfs, SI_SUB_VFS, SI_ORDER_MIDDLE, ramfs_init);
