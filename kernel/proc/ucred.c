/*
 * ucred.c -- credentials and per-user counts: see ucred.h.
 *
 * A uidinfo exists while a credential names it; the hash is small and its
 * lock is taken only when an identity changes.
 */
#include "kernel/proc/ucred.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/lib.h"
#include "kernel/lwkt/spin.h"
#include "kernel/mem/kmalloc.h"

#define UID_BUCKETS 64

MALLOC_DEFINE(M_CRED, "cred");
MALLOC_DEFINE(M_UIDINFO, "uidinfo");

static struct spinlock uid_spin = SPIN_INITIALIZER("uidinfo", SPIN_LEAF);
static LIST_HEAD(, uidinfo) uid_hash[UID_BUCKETS]; /* GUARDED(leaf_spin) */

static struct uidinfo *
uid_lookup(uint32_t uid)
{
	struct uidinfo *ui;

	LIST_FOREACH(ui, &uid_hash[uid % UID_BUCKETS], ui_hash)
		if (ui->ui_uid == uid)
			break;
	if (ui != NULL)
		ui->ui_ref++;
	return ui;
}

/* The record of a user with a reference; NULL without memory. */
static struct uidinfo *
uifind(uint32_t uid)
{
	struct uidinfo *ui, *fresh = NULL;

	spin_lock(&uid_spin);
	ui = uid_lookup(uid);
	spin_unlock(&uid_spin);
	if (ui != NULL)
		return ui;
	fresh = kmalloc(sizeof(*fresh), &M_UIDINFO, M_ZERO);
	if (fresh == NULL)
		return NULL;
	fresh->ui_uid = uid;
	fresh->ui_ref = 1;
	spin_lock(&uid_spin);
	ui = uid_lookup(uid);
	if (ui == NULL)
		LIST_INSERT_HEAD(&uid_hash[uid % UID_BUCKETS], fresh, ui_hash);
	spin_unlock(&uid_spin);
	if (ui == NULL)
		return fresh;
	kfree(fresh, &M_UIDINFO);
	return ui;
}

static void
uifree(struct uidinfo *ui)
{
	bool last;

	spin_lock(&uid_spin);
	last = --ui->ui_ref == 0;
	if (last)
		LIST_REMOVE(ui, ui_hash);
	spin_unlock(&uid_spin);
	if (!last)
		return;
	KASSERT(ui->ui_proccnt == 0, "user %u ends with %d processes",
	    ui->ui_uid, ui->ui_proccnt);
	kfree(ui, &M_UIDINFO);
}

struct ucred *
crget_root(void)
{
	static const struct ucred none;

	return crcopy_uid(&none, 0);
}

struct ucred *
crcopy_uid(const struct ucred *cr, uint32_t ruid)
{
	struct ucred *copy = kmalloc(sizeof(*copy), &M_CRED, 0);

	if (copy == NULL)
		return NULL;
	*copy = *cr;
	copy->cr_ref = 1;
	copy->cr_ruid = ruid;
	copy->cr_ruidinfo = uifind(ruid);
	if (copy->cr_ruidinfo == NULL) {
		kfree(copy, &M_CRED);
		return NULL;
	}
	return copy;
}

struct ucred *
crhold(struct ucred *cr)
{
	atomic_add(&cr->cr_ref, 1);
	return cr;
}

void
crfree(struct ucred *cr)
{
	if (atomic_subfetch(&cr->cr_ref, 1) != 0)
		return;
	uifree(cr->cr_ruidinfo);
	kfree(cr, &M_CRED);
}

bool
chgproccnt(struct uidinfo *ui, int d, int64_t limit)
{
	int32_t now = atomic_addfetch(&ui->ui_proccnt, d);

	KKASSERT(now >= 0);
	if (d > 0 && limit >= 0 && now > limit) {
		atomic_sub(&ui->ui_proccnt, d);
		return false;
	}
	return true;
}

bool
cr_cansignal(const struct ucred *cr, const struct ucred *target)
{
	return cr->cr_uid == 0 || cr->cr_ruid == target->cr_ruid ||
	    cr->cr_ruid == target->cr_svuid || cr->cr_uid == target->cr_ruid ||
	    cr->cr_uid == target->cr_svuid;
}
