# query.awk: turns blocks of SQL into the closed set of statements.
#
#	awk -v header=queries.h -v code=queries.c -f query.awk \
#	    role.tbl fragments.sql ... noun.sql ...
#
# A block is a header comment and a statement ended by ';':
#
#	-- noun_verb(name type, ...) : one|many|none read|write|slow|note
#	-- sort field: expression :: type[, expression :: type] [| descending]
#	-- id alias.id
#	-- unscoped: why this statement does not ask who is calling
#
# In it $name is a parameter, PERM_X a number of role.tbl, @frag(a, b) a
# fragment. A fragment is headed "-- @frag(x, y)", ends like a block, and
# holds @x and @y where its arguments go. A block with sort lines is written
# once per field and direction; /*KEY*/ is the row's place in that order,
# /*AFTER*/ the condition that continues behind ($after, $after_id), /*ORDER*/
# the ORDER BY. Other comments are dropped. A fragment's $day is the day an
# answer tells of: $as_of where the statement takes one, else $today. $until is
# the instant that day was over, where the statement takes it, else null. A read
# that takes both is written once more without them, for whoever asks about no
# day: what is not asked is not in its plan.

FILENAME ~ /\.tbl$/ {
	if (match($0, /^PERM\([A-Z_]+, *[0-9]+/)) {
		s = substr($0, 6, RLENGTH - 5)
		split(s, f, /, */)
		perm[f[1]] = 2 ^ f[2]
	}
	next
}
FNR == 1 { reset() }
/^-- @?[a-z_0-9]+\(/ { reset(); head = substr($0, 4); open = 1; next_header(); next }
/^--/ {
	text = $0
	sub(/^-- */, "", text)
	if (open) { head = head " " text; next_header() }
	else if (text ~ /^sort /) { sorts[++nsorts] = substr(text, 6); cont = 1 }
	else if (text ~ /^id /) id = substr(text, 4)
	else if (text ~ /^unscoped: /) { unscoped = substr(text, 11); uns = 1 }
	else if (uns && name != "") unscoped = unscoped " " text
	next
}
/^[ \t]+--/ { next }
name != "" {
	uns = 0
	line = $0
	gsub(/[ \t]+/, " ", line)
	sub(/^ /, "", line)
	if (line == "" && body == "") next
	body = body (body == "" ? "" : " ") line
	if (line ~ /; *$/) finish()
}
END {
	if (bad) exit 1
	if (name != "") die("block " name " is not ended by ;")
	write_blocks()
	write_out()
}

function die(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
	bad = 1
	exit 1
}

function reset() {
	if (name != "" && body != "") die("block " name " is not ended by ;")
	name = head = body = id = unscoped = ""
	nsorts = open = uns = 0
}

# The header is whole once its last word is known.
function next_header(   h, i) {
	h = head
	if (h ~ /^@/) {
		if (h !~ /\)/) return
		open = 0
		i = index(h, "(")
		name = substr(h, 1, i - 1)
		args = substr(h, i + 1)
		sub(/\).*$/, "", args)
		return
	}
	if (h !~ /\) *: *(one|many|none) +(read|write|slow|note) *$/) return
	open = 0
	i = index(h, "(")
	name = substr(h, 1, i - 1)
	args = substr(h, i + 1)
	mode = args
	sub(/^.*\) *: */, "", mode)
	sub(/\) *:.*$/, "", args)
	split(mode, m, / +/)
	lane = m[2]
}

function finish(   n, i, parts) {
	sub(/ *; *$/, "", body)
	if (name ~ /^@/) {
		n = split(args, parts, / *, */)
		frag_n[name] = n
		for (i = 1; i <= n; i++) frag_arg[name, i] = parts[i]
		frag[name] = body
		reset_after()
		return
	}
	# kept until every fragment is known
	i = ++nblocks
	block_name[i] = name; block_args[i] = args; block_lane[i] = lane
	block_id[i] = id; block_unscoped[i] = unscoped; block_body[i] = body
	block_nsorts[i] = nsorts
	for (n = 1; n <= nsorts; n++) block_sort[i, n] = sorts[n]
	reset_after()
}

function write_blocks(   i, n) {
	for (i = 1; i <= nblocks; i++) {
		name = block_name[i]; args = block_args[i]; lane = block_lane[i]
		id = block_id[i]; unscoped = block_unscoped[i]
		nsorts = block_nsorts[i]
		for (n = 1; n <= nsorts; n++) sorts[n] = block_sort[i, n]
		if (nsorts == 0) emit(name, block_body[i], "NULL")
		else emit_sorted(block_body[i])
	}
}

function reset_after() { name = body = head = id = unscoped = ""; nsorts = 0 }

function emit_sorted(body,   i, s, c, field, rest, up, down, rows) {
	rows = ""
	for (i = 1; i <= nsorts; i++) {
		s = sorts[i]
		c = index(s, ":")
		field = substr(s, 1, c - 1)
		rest = substr(s, c + 1)
		c = index(rest, " | ")
		up = c ? substr(rest, 1, c - 1) : rest
		down = c ? substr(rest, c + 3) : rest
		emit(name "_by_" field, ordered(body, up, ">", "ASC"), "NULL")
		emit(name "_by_" field "_desc", ordered(body, down, "<", "DESC"),
		    "NULL")
		rows = rows sprintf("\t{ \"%s\", &q_%s_by_%s, &q_%s_by_%s_desc },\n",
		    field, name, field, name, field)
	}
	sort_tables = sort_tables sprintf( \
	    "const struct query_sort q_%s_sorts[] = {\n%s\t{ NULL, NULL, NULL }\n};\n",
	    name, rows)
	sort_externs = sort_externs sprintf( \
	    "extern const struct query_sort q_%s_sorts[];\n", name)
	# the bare name is the first order ascending
	split(sorts[1], f, ":")
	first[name] = name "_by_" f[1]
}

function ordered(b, keys, op, dir,   n, k, i, e, c, t, left, right, texts, ord) {
	n = split(keys, k, / *, *(:: *)?/)
	n = split_keys(keys, k)
	left = right = texts = ord = ""
	for (i = 1; i <= n; i++) {
		c = index(k[i], "::")
		e = substr(k[i], 1, c - 1)
		t = substr(k[i], c + 2)
		gsub(/^ +| +$/, "", e)
		gsub(/ /, "", t)
		left = left e ", "
		right = right sprintf("($after)[%d]::%s, ", i, t)
		texts = texts (i > 1 ? ", " : "") "(" e ")::text"
		ord = ord e " " dir ", "
	}
	gsub(/\/\*KEY\*\//, "ARRAY[" amp(texts) "]::text", b)
	gsub(/\/\*AFTER\*\//, amp("($after_id IS NULL OR (" left id ") " op " (" \
	    right "$after_id))"), b)
	gsub(/\/\*ORDER\*\//, amp("ORDER BY " ord id " " dir), b)
	return b
}

# Keys are parted by commas outside parentheses and quotes.
function split_keys(s, out,   i, ch, depth, quoted, n, cur) {
	n = depth = quoted = 0
	cur = ""
	for (i = 1; i <= length(s); i++) {
		ch = substr(s, i, 1)
		if (ch == "'") quoted = !quoted
		if (ch == "(") depth++
		if (ch == ")") depth--
		if (ch == "," && depth == 0 && !quoted) { out[++n] = cur; cur = "" }
		else cur = cur ch
	}
	out[++n] = cur
	return n
}

function amp(s) { gsub(/&/, "\\\\&", s); return s }

# Put fragments, then permissions, then parameters in place.
function expand(b,   i, j, n, w, a, out, depth, ch, guard, t) {
	guard = 0
	while (match(b, /@[a-z_0-9]+\(/)) {
		if (++guard > 1000) die("fragments without end in " name)
		w = substr(b, RSTART, RLENGTH - 1)
		if (!(w in frag)) die("no fragment " w " (in " name ")")
		i = RSTART
		depth = 0
		for (j = i + RLENGTH - 1; j <= length(b); j++) {
			ch = substr(b, j, 1)
			if (ch == "(") depth++
			if (ch == ")" && --depth == 0) break
		}
		n = split_keys(substr(b, i + length(w) + 1, j - i - length(w) - 1), a)
		if (frag_n[w] == 0 && a[1] ~ /^ *$/) n = 0
		if (n != frag_n[w]) die(w " takes " frag_n[w] " arguments (in " name ")")
		out = frag[w]
		for (t = 1; t <= n; t++) {
			gsub(/^ +| +$/, "", a[t])
			check_capture(w, a[t])
			out = put(out, "@", frag_arg[w, t], a[t])
		}
		b = substr(b, 1, i - 1) out substr(b, j + 1)
	}
	while (match(b, /PERM_[A-Z_]+/)) {
		w = substr(b, RSTART + 5, RLENGTH - 5)
		if (!(w in perm)) die("no permission " w " in role.tbl")
		b = substr(b, 1, RSTART - 1) sprintf("%.0f", perm[w]) \
		    substr(b, RSTART + RLENGTH)
	}
	return b
}

# An argument must not name a table of its surroundings that the fragment has
# a name for too: it would mean the fragment's.
function check_capture(w, arg,   id, rest) {
	rest = arg
	while (match(rest, /[a-z_0-9]+\./)) {
		id = substr(rest, RSTART, RLENGTH - 1)
		rest = substr(rest, RSTART + RLENGTH)
		if (frag[w] ~ ("(^|[^a-z_0-9@.$'])" id "[^a-z_0-9(']") &&
		    arg !~ ("(FROM|JOIN) ([a-z_]+ )?" id "([^a-z_0-9]|$)"))
			die(w " has a table \"" id "\" of its own (in " name ")")
	}
}

# Every sigil + name that is a whole word becomes text.
function put(s, sigil, word, text,   i, out, next_ch, w) {
	out = ""
	w = sigil word
	while ((i = index(s, w)) > 0) {
		next_ch = substr(s, i + length(w), 1)
		if (next_ch ~ /[a-z_0-9]/ || (sigil == "@" && next_ch == "(")) {
			out = out substr(s, 1, i + length(w) - 1)
			s = substr(s, i + length(w))
			continue
		}
		out = out substr(s, 1, i - 1) text
		s = substr(s, i + length(w))
	}
	return out s
}

function emit(qname, b, sortref,   whole, present) {
	present = "NULL"
	if (lane == "read" && args ~ /as_of date, *until timestamptz, */) {
		whole = args
		sub(/as_of date, *until timestamptz, */, "", args)
		emit_one(qname "_present", b, sortref, "NULL")
		present = "&q_" qname "_present"
		args = whole
	}
	emit_one(qname, b, sortref, present)
}

function emit_one(qname, b, sortref, present,   n, p, i, f, decl, used) {
	b = put(expand(b), "$", "day", \
	    args ~ /as_of date/ ? "coalesce($as_of, $today)" : "$today")
	if (args !~ /until timestamptz/)
		b = put(b, "$", "until", "NULL::timestamptz")
	n = (args ~ /^ *$/) ? 0 : split(args, p, / *, */)
	decl = ""
	for (i = 1; i <= n; i++) {
		gsub(/^ +| +$/, "", p[i])
		if (split(p[i], f, / +/) != 2) die("parameter \"" p[i] "\" of " qname)
		used = b
		b = put(b, "$", f[1], "$" i)
		if (used == b && f[1] !~ /^(caller|today|as_of)$/)
			die("parameter $" f[1] " of " qname " is not used")
		decl = decl sprintf("\t{ \"%s\", %s },\n", f[1], ctype(f[2], qname))
	}
	if (match(b, /\$[a-z_]+/)) die("unknown " substr(b, RSTART, RLENGTH) " in " qname)
	if (unscoped == "" && args !~ /caller uuid/) die(qname " neither takes caller nor says why it is unscoped")
	gsub(/\\/, "\\\\", b)
	gsub(/"/, "\\\"", b)
	gsub(/"/, "\\\"", unscoped)
	if (qname in seen) die("two blocks are named " qname)
	seen[qname] = 1
	if (n > 0)
		out_code = out_code sprintf("static const struct query_param p_%s[] = {\n%s};\n", qname, decl)
	# no sprintf: mawk's buffer is small
	out_code = out_code "const struct query q_" qname " = {\n\t\"" qname \
	    "\",\n\t\"" b "\",\n\t" (n > 0 ? "p_" qname : "NULL") ", " n ", " \
	    count++ ", LANE_" toupper(lane) ", " \
	    (unscoped == "" ? "NULL" : "\"" unscoped "\"") ", " sortref \
	    ", " present "\n};\n"
	out_header = out_header sprintf("extern const struct query q_%s;\n", qname)
	index_rows = index_rows sprintf("\t&q_%s,\n", qname)
}

function ctype(t, qname,   map, i, m) {
	if (!types_ready) {
		n_types = split("bool BOOL bytea BYTEA bigint BIGINT int INT text TEXT json JSON date DATE timestamptz INSTANT numeric NUMERIC uuid UUID jsonb JSONB int[] INTS text[] TEXTS bigint[] BIGINTS date[] DATES uuid[] UUIDS", map, " ")
		for (i = 1; i < n_types; i += 2) types[map[i]] = "Q_" map[i + 1]
		types_ready = 1
	}
	if (!(t in types)) die("unknown type " t " in " qname)
	return types[t]
}

function write_out() {
	if (bad) exit 1
	print "/* Made by query.awk; do not edit. */\n#include \"core/query.h\"\n" > header
	print out_header sort_externs > header
	print "/* Made by query.awk; do not edit. */\n#include <stddef.h>\n\n#include \"queries.h\"\n" > code
	print out_code > code
	print sort_tables > code
	print "const struct query *const queries[] = {\n" index_rows "};" > code
	print "const int queries_count = " count ";" > code
}
