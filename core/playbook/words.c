/* words.c: the tables, each sorted by bytes (a test checks it), and one bisection. They were collected from public
 * runbooks; words that open prose as often as instructions (see, read, refer, note, let) are left out on purpose. */
#include "core/playbook/words.h"
#include <stdlib.h>

#define WORD_MAX 32   /* longer words are in no table */

static const char *const VERBS[] = {
	"abort", "accept", "access", "acknowledge", "acquire", "activate", "adapt", "add", "adjust", "advise", "agree",
	"alert", "align", "allocate", "allow", "alter", "analyse", "analyze", "annotate", "announce", "answer",
	"append", "apply", "appoint", "approve", "archive", "arrange", "ask", "assemble", "assess", "assign",
	"associate", "assume", "assure", "attach", "attempt", "authenticate", "authorise", "authorize", "avoid",
	"await", "back", "backup", "be", "begin", "block", "book", "boot", "bootstrap", "break", "bring", "browse",
	"build", "bump", "bypass", "calculate", "call", "cancel", "capture", "cat", "change", "chat", "check",
	"checkout", "choose", "circulate", "clean", "clear", "click", "clone", "close", "collect", "combine",
	"comment", "commit", "communicate", "compare", "compile", "complete", "compress", "compute", "conduct",
	"configure", "confirm", "connect", "consider", "construct", "consult", "contact", "continue", "convert",
	"coordinate", "copy", "cordon", "correct", "correlate", "create", "cross-check", "curl", "customise",
	"customize", "cut", "deactivate", "debug", "decide", "declare", "decommission", "decompress", "decrease",
	"decrypt", "define", "delegate", "delete", "deploy", "describe", "deselect", "design", "destroy", "detach",
	"detect", "determine", "diagnose", "dial", "direct", "disable", "discard", "disconnect", "discuss", "dismiss",
	"display", "distribute", "divert", "do", "document", "double-check", "downgrade", "download", "draft", "drag",
	"drain", "drop", "dump", "duplicate", "edit", "elect", "eliminate", "email", "enable", "encrypt", "end",
	"engage", "enroll", "ensure", "enter", "escalate", "establish", "estimate", "evacuate", "evaluate", "examine",
	"exclude", "exec", "execute", "exit", "expand", "explain", "explore", "export", "expose", "extend", "extract",
	"failback", "failover", "fetch", "file", "fill", "filter", "finalise", "finalize", "find", "finish", "fix",
	"flag", "flush", "focus", "follow", "force", "format", "forward", "free", "freeze", "gather", "generate",
	"get", "give", "go", "grab", "grant", "group", "halt", "hand", "handle", "hold", "identify", "ignore",
	"implement", "import", "improve", "include", "increase", "inform", "initialise", "initialize", "initiate",
	"inject", "input", "insert", "inspect", "install", "instruct", "interrogate", "introduce", "investigate",
	"invite", "invoke", "isolate", "issue", "join", "jot", "jump", "keep", "kick", "kill", "label", "launch",
	"leave", "limit", "link", "list", "listen", "load", "locate", "lock", "log", "login", "logout", "look",
	"lower", "mail", "maintain", "make", "manage", "map", "mark", "match", "measure", "merge", "migrate",
	"minimise", "minimize", "mirror", "mitigate", "modify", "monitor", "mount", "move", "name", "navigate",
	"nominate", "notify", "observe", "obtain", "offer", "open", "opt", "orchestrate", "order", "organise",
	"organize", "override", "page", "paste", "patch", "pause", "perform", "pick", "pin", "ping", "place", "plan",
	"plug", "point", "poll", "populate", "post", "power", "practice", "practise", "prepare", "press", "prevent",
	"print", "prioritise", "prioritize", "proceed", "process", "produce", "promote", "propose", "protect", "prove",
	"provide", "provision", "prune", "publish", "pull", "purge", "push", "put", "query", "quit", "raise",
	"re-create", "re-enable", "re-register", "re-run", "reach", "reactivate", "reassign", "rebalance", "reboot",
	"rebuild", "recheck", "recommend", "reconcile", "reconfigure", "reconnect", "record", "recover", "recreate",
	"recycle", "redeploy", "redirect", "reduce", "reenable", "refresh", "regenerate", "register", "reinstall",
	"reinstate", "reissue", "reject", "rejoin", "release", "reload", "remediate", "remember", "remind", "remount",
	"remove", "rename", "renew", "reopen", "repair", "repeat", "replace", "replay", "replicate", "reply",
	"repoint", "report", "reprovision", "request", "require", "rerun", "reschedule", "reset", "resize", "resolve",
	"resource", "respond", "restart", "restore", "restrict", "resume", "resync", "retain", "retire", "retrieve",
	"retry", "return", "reuse", "revert", "review", "revise", "revoke", "rewrite", "roll", "rollback", "rotate",
	"run", "save", "scale", "scan", "schedule", "scroll", "search", "secure", "select", "send", "separate", "set",
	"setup", "share", "shift", "shut", "shutdown", "sign", "silence", "simulate", "skip", "sleep", "source",
	"spawn", "specify", "spin", "split", "ssh", "stage", "start", "stop", "store", "stream", "submit", "subscribe",
	"substitute", "suspend", "swap", "switch", "sync", "synchronise", "synchronize", "tag", "tail", "taint",
	"take", "talk", "tar", "teardown", "tell", "terminate", "test", "tick", "tidy", "toggle", "touch", "trace",
	"track", "trade", "transfer", "transform", "translate", "triage", "trigger", "troubleshoot", "truncate", "try",
	"tune", "turn", "type", "unblock", "uncheck", "uncomment", "uncordon", "understand", "undo", "unfreeze",
	"uninstall", "unlink", "unlock", "unmount", "unpack", "unpause", "unplug", "unregister", "unset",
	"unsubscribe", "untar", "unzip", "update", "upgrade", "upload", "use", "utilise", "utilize", "vacuum",
	"validate", "verify", "view", "visit", "wait", "wake", "watch", "whitelist", "wipe", "wrap", "write", "zip",
};

static const char *const NOUN_VERBS[] = {
	"access", "address", "alert", "approach", "archive", "backup", "book", "build", "call", "cat", "change",
	"chat", "check", "checkout", "code", "comment", "commit", "contact", "copy", "cut", "debug", "delegate",
	"deploy", "design", "display", "document", "download", "draft", "drop", "dump", "email", "end", "exit",
	"export", "failback", "failover", "fetch", "file", "filter", "fix", "flag", "focus", "force", "format",
	"forward", "free", "freeze", "group", "halt", "hand", "handle", "hold", "import", "increase", "input", "issue",
	"join", "jump", "kick", "kill", "label", "launch", "leave", "limit", "link", "list", "load", "lock", "log",
	"login", "logout", "look", "mail", "map", "mark", "match", "measure", "mirror", "monitor", "mount", "move",
	"name", "offer", "open", "order", "override", "page", "paste", "patch", "pause", "ping", "place", "plan",
	"plug", "point", "poll", "post", "power", "practice", "press", "print", "process", "produce", "prune", "pull",
	"purge", "push", "query", "quit", "raise", "range", "reach", "record", "release", "reload", "repair", "repeat",
	"replay", "report", "request", "reset", "resource", "restart", "restore", "return", "review", "roll",
	"rollback", "run", "save", "scale", "scan", "schedule", "search", "secure", "set", "setup", "share", "shift",
	"shutdown", "sign", "silence", "source", "split", "stage", "start", "stop", "store", "stream", "submit",
	"swap", "switch", "sync", "tag", "tail", "test", "tick", "touch", "trace", "track", "trade", "transfer",
	"transform", "trigger", "try", "tune", "turn", "type", "update", "upgrade", "upload", "use", "view", "visit",
	"wait", "watch", "wrap", "zip",
};

static const char *const TOOLS[] = {
	"a2ensite", "ab", "alembic", "ansible", "ansible-playbook", "ansible-vault", "apk", "apt", "apt-cache",
	"apt-get", "argocd", "asadmin", "awk", "aws", "az", "b2", "base64", "bash", "bazel", "bin/konduit.sh", "borg",
	"brew", "bundle", "bunzip2", "bzip2", "cargo", "cat", "cd", "celery", "certbot", "cf", "chattr", "chgrp",
	"chmod", "chown", "chroot", "cluster", "cmake", "composer", "conda", "consul", "cp", "cqlsh", "crictl",
	"crontab", "curl", "cut", "date", "dd", "deno", "df", "diff", "dig", "direnv", "django-admin", "dmesg", "dnf",
	"docker", "docker-compose", "doctl", "doveadm", "dpkg", "du", "duplicity", "echo", "eksctl", "env", "etcdctl",
	"eval", "exim", "exit", "export", "fastly", "fdisk", "find", "flux", "fly", "flyctl", "fsck", "gcloud", "gem",
	"getent", "gh", "git", "go", "gpg", "gradle", "grep", "gsutil", "gunzip", "gzip", "head", "helm", "heroku",
	"host", "hostname", "hostnamectl", "htop", "id", "ifconfig", "inv", "invoke", "iostat", "ip", "ip6tables",
	"iptables", "istioctl", "java", "journalctl", "jq", "just", "k3s", "k9s", "kafka-topics", "kill", "killall",
	"kinit", "kops", "ksql", "kubeadm", "kubectl", "kubectx", "kubens", "kustomize", "less", "linkerd", "ln", "ls",
	"lsblk", "lsof", "lvextend", "lxc", "mail", "make", "md5sum", "minikube", "mkdir", "mkfs", "mongo",
	"mongodump", "mongorestore", "mongosh", "mount", "mv", "mvn", "mycelium", "mysql", "mysqladmin", "mysqldump",
	"nano", "nats", "nc", "nerdctl", "netstat", "newman", "nft", "nginx", "nmap", "node", "nohup", "nomad", "npm",
	"npx", "nslookup", "ntpq", "oc", "openssl", "openstack", "packer", "pacman", "passwd", "patch",
	"pg_basebackup", "pg_dump", "pg_dumpall", "pg_isready", "pg_restore", "pgrep", "php", "ping", "ping6", "pip",
	"pip3", "pipenv", "pkill", "pnpm", "podman", "poetry", "printenv", "printf", "ps", "psql", "pulumi", "puppet",
	"pwd", "python", "python2", "python3", "rabbitmqctl", "rails", "rake", "rbenv", "rclone", "redis-cli",
	"restic", "rm", "rmdir", "rsync", "ruby", "salt", "sbt", "scp", "screen", "sed", "seq", "service", "sftp",
	"sha256sum", "shutdown", "skopeo", "sleep", "snap", "sort", "source", "sqlcmd", "sqlite3", "ss", "ssh",
	"ssh-add", "ssh-copy-id", "ssh-keygen", "ssh-keyscan", "stat", "strace", "su", "sudo", "supervisorctl",
	"sysctl", "systemctl", "tail", "tar", "tcpdump", "tee", "telnet", "terraform", "terragrunt", "test", "tkn",
	"tmux", "tofu", "top", "touch", "traceroute", "traceroute6", "tree", "truncate", "tsh", "ufw", "umount",
	"unzip", "uptime", "useradd", "userdel", "usermod", "uv", "vault", "velero", "vercel", "vgs", "vi", "vim",
	"virsh", "virtctl", "wc", "wg", "wget", "which", "who", "whoami", "xargs", "yarn", "yq", "yum", "zcat", "zfs",
	"zip", "zpool", "zypper",
};

static const char *const READERS[] = {
	"ab", "awk", "base64", "basename", "cat", "cd", "cksum", "column", "comm", "curl", "cut", "date", "df", "diff",
	"dig", "dirname", "dmesg", "du", "echo", "egrep", "export", "false", "fgrep", "file", "find", "free", "getent",
	"grep", "head", "host", "hostname", "htop", "id", "ifconfig", "iostat", "ip", "journalctl", "jq", "last", "less", "ls",
	"lsblk", "lscpu", "lsof", "md5sum", "netstat", "nmap", "nproc", "nslookup", "pg_isready", "pgrep", "ping",
	"ping6", "printenv", "printf", "ps", "pwd", "readlink", "realpath", "sed", "seq", "sha256sum", "sleep", "sort",
	"ss", "ssh-keyscan", "stat", "tail", "test", "timedatectl", "top", "tr", "traceroute", "traceroute6", "tree",
	"true", "type", "uname", "uniq", "uptime", "vmstat", "w", "wc", "which", "who", "whoami", "yq", "zcat",
};

static const char *const READ_SUBCOMMANDS[] = {
	"api-resources", "builds", "can-i", "cat", "cluster-info", "config-view", "current-context", "describe", "df",
	"diff", "events", "explain", "export", "get", "help", "history", "images", "info", "inspect", "is-active",
	"is-enabled", "list", "list-unit-files", "list-units", "locks", "log", "logs", "ls", "nodes", "output",
	"pipelines", "plan", "ps", "resources", "search", "show", "showmount", "stat", "state", "status", "targets",
	"teams", "top", "validate", "verify", "version", "view", "wait", "watch", "whoami", "workers",
};

static const char *const CHANGE_SUBCOMMANDS[] = {
	"abort", "abort-build", "activate", "add", "annotate", "apply", "attach", "autoscale", "build", "checkout",
	"clone", "commit", "cp", "create", "deploy", "detach", "disable", "edit", "enable", "exec", "expose", "import",
	"init", "install", "label", "login", "merge", "move", "mv", "patch", "pause", "pause-job", "pause-pipeline",
	"play", "pp", "promote", "publish", "push", "put", "reboot", "reload", "replace", "reset", "restart",
	"restore", "resume", "revert", "roll", "rollback", "rollout-restart", "run", "scale", "send", "set",
	"set-pipeline", "sp", "start", "stash", "stop", "suspend", "sync", "tag", "taint", "tj", "trigger",
	"trigger-job", "uncordon", "unpause", "unpause-job", "unpause-pipeline", "up", "update", "upgrade", "upload",
	"write",
};

static const char *const DESTRUCTIVE[] = {
	"dd", "decommission", "del", "delete", "deletes", "destroy", "destroy-pipeline", "destroys", "dp", "drain",
	"drop", "dropdb", "erase", "evict", "fdisk", "flushall", "flushdb", "format", "halt", "kill", "killall",
	"mkfs", "nuke", "overwrite", "poweroff", "prune", "purge", "reboot", "remove", "rm", "rmdir", "rmi", "shred",
	"shutdown", "terminate", "truncate", "uninstall", "unregister", "userdel", "wipe", "wipefs",
};

static const char *const INTERACTIVE[] = {
	"bash", "cqlsh", "ed", "emacs", "htop", "ipython", "irb", "less", "man", "mongo", "mongosh", "more", "mysql",
	"nano", "nmtui", "node", "passwd", "pry", "psql", "python", "python3", "redis-cli", "screen", "sh", "sqlcmd",
	"sqlite3", "su", "tmux", "top", "vi", "vim", "visudo", "watch", "zsh",
};

static const char *const SHELL_LANGUAGES[] = {
	"azurecli", "azurecli-interactive", "bash", "cmd", "command", "console", "ksh", "powershell", "sh", "shell",
	"shell-session", "shellscript", "terminal", "zsh",
};

static const char *const QUERY_LANGUAGES[] = {
	"c", "cpp", "csharp", "go", "groovy", "hcl", "java", "javascript", "js", "kql", "kusto", "logql", "lua",
	"mongo", "mongodb", "mysql", "perl", "pgsql", "php", "plsql", "postgresql", "promql", "promql-query", "py",
	"python", "r", "rails", "rb", "ruby", "rust", "spl", "sql", "sqlite", "ts", "tsql", "typescript",
};

static const char *const SAMPLE_LANGUAGES[] = {
	"log", "logs", "none", "out", "output", "plain", "plaintext", "result", "text", "txt",
};

static int compare_words(const void *key, const void *element)
{
	const char *const *word = element;
	return strcmp(key, *word);
}

bool word_in(const char *const *table, size_t count, Str word)
{
	char key[WORD_MAX];
	if (word.len == 0 || word.len >= sizeof key)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];
		key[i] = c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
	}
	key[word.len] = '\0';
	return bsearch(key, table, count, sizeof *table, compare_words) != NULL;
}

bool word_is_verb(Str word)
{
	return word_in(VERBS, BG_LENGTH(VERBS), word);
}

bool word_is_noun_verb(Str word)
{
	return word_in(NOUN_VERBS, BG_LENGTH(NOUN_VERBS), word);
}

bool word_is_tool(Str word)
{
	return word_in(TOOLS, BG_LENGTH(TOOLS), word);
}

bool word_is_reader(Str word)
{
	return word_in(READERS, BG_LENGTH(READERS), word);
}

bool word_is_read_subcommand(Str word)
{
	return word_in(READ_SUBCOMMANDS, BG_LENGTH(READ_SUBCOMMANDS), word);
}

bool word_is_change_subcommand(Str word)
{
	return word_in(CHANGE_SUBCOMMANDS, BG_LENGTH(CHANGE_SUBCOMMANDS), word);
}

bool word_is_destructive(Str word)
{
	return word_in(DESTRUCTIVE, BG_LENGTH(DESTRUCTIVE), word);
}

bool word_is_interactive(Str word)
{
	return word_in(INTERACTIVE, BG_LENGTH(INTERACTIVE), word);
}

bool word_is_shell_language(Str word)
{
	return word_in(SHELL_LANGUAGES, BG_LENGTH(SHELL_LANGUAGES), word);
}

bool word_is_query_language(Str word)
{
	return word_in(QUERY_LANGUAGES, BG_LENGTH(QUERY_LANGUAGES), word);
}

bool word_is_sample_language(Str word)
{
	return word_in(SAMPLE_LANGUAGES, BG_LENGTH(SAMPLE_LANGUAGES), word);
}
