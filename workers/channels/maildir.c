/*
 * Mail as files of a Maildir: written to tmp, moved to new. The file is named
 * by the letter's id; one that is there already, read or not, is not written
 * again - so a repeated delivery leaves one file.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/config.h"
#include "channels/channel.h"
#include "channels/message.h"

static int maildir_make(const char *);
static int maildir_holds(const char *, const char *);
static int maildir_settle(const char *);
static enum sent maildir_send(const struct letter *, char *, size_t);

const struct channel channel_maildir = { "maildir", maildir_send };

const struct channel *
channel_mail(void)
{
	return (*config_text(CFG_SMTP_URL) != '\0' ? &channel_smtp :
	                                             &channel_maildir);
}

static enum sent
maildir_send(const struct letter *l, char *said, size_t cap)
{
	char dir[PATH_MAX / 2], tmp[PATH_MAX], new[PATH_MAX];
	struct arena a;
	struct buf b;
	int fd, fine;

	if (*config_text(CFG_MAIL_DIR) != '\0')
		snprintf(dir, sizeof(dir), "%s", config_text(CFG_MAIL_DIR));
	else
		snprintf(dir, sizeof(dir), "%s/mail", config_text(CFG_DIR));
	if (maildir_make(dir) == -1) {
		snprintf(said, cap, "%s: %s", dir, strerror(errno));
		return (SENT_TEMPFAIL);
	}
	snprintf(said, cap, "maildir %s", l->id);
	if (maildir_holds(dir, l->id) && maildir_settle(dir) == 0)
		return (SENT_OK);
	snprintf(tmp, sizeof(tmp), "%s/tmp/%s.%d", dir, l->id, (int)getpid());
	snprintf(new, sizeof(new), "%s/new/%s", dir, l->id);
	arena_init(&a, NULL, 0);
	buf_init(&b, &a, 4096);
	message_write(&b, l);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	fine = fd != -1 && write(fd, b.data, b.len) == (ssize_t)b.len &&
	    fsync(fd) == 0;
	if (fd != -1)
		close(fd);
	arena_fini(&a);
	if (!fine || rename(tmp, new) == -1) {
		snprintf(said, cap, "%s: %s", tmp, strerror(errno));
		unlink(tmp);
		return (SENT_TEMPFAIL);
	}
	if (maildir_settle(dir) == -1) {
		snprintf(said, cap, "%s/new: %s", dir, strerror(errno));
		return (SENT_TEMPFAIL);
	}
	return (SENT_OK);
}

/* The file's name reaches the disk before the ledger says it was sent. */
static int
maildir_settle(const char *dir)
{
	char path[PATH_MAX];
	int fd, r;

	snprintf(path, sizeof(path), "%s/new", dir);
	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (-1);
	r = fsync(fd);
	close(fd);
	return (r);
}

static int
maildir_make(const char *dir)
{
	static const char *const subs[] = { "", "/tmp", "/new", "/cur" };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", dir, subs[i]);
		if (mkdir(path, 0750) == -1 && errno != EEXIST)
			return (-1);
	}
	return (0);
}

/* In new under its name, or in cur with flags behind a colon. */
static int
maildir_holds(const char *dir, const char *id)
{
	size_t n = strlen(id);
	char path[PATH_MAX];
	struct dirent *e;
	int hit = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/new/%s", dir, id);
	if (access(path, F_OK) == 0)
		return (1);
	snprintf(path, sizeof(path), "%s/cur", dir);
	if ((d = opendir(path)) == NULL)
		return (0);
	while (!hit && (e = readdir(d)) != NULL)
		hit = strncmp(e->d_name, id, n) == 0 &&
		    (e->d_name[n] == '\0' || e->d_name[n] == ':');
	closedir(d);
	return (hit);
}
