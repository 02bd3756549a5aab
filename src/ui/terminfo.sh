#!/bin/sh
# Writes terminfo.c: Debian's entries with 24-bit colour added, compiled, as ncurses reads them from TERMINFO=b64:...
# For maintainers; needs infocmp, tic and base64.  Usage: sh src/ui/terminfo.sh > src/ui/terminfo.c
set -e
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat <<'EOF'
/* Terminal descriptions with 24-bit colour, made by terminfo.sh: ncurses-base has none, and ncurses reads a compiled
 * entry from TERMINFO=b64:TEXT.  Colours are written with semicolons (38;2;R;G;B), which every terminal understands. */
#include "ui/terminfo.h"

#include <stddef.h>
#include <string.h>

static const struct { const char *term, *entry; } entries[] = {
EOF
for term in xterm-256color tmux-256color screen-256color; do
    infocmp -1 -x "$term" | sed -e '/^#/d' -e '/^\tcolors#/d' -e '/^\tpairs#/d' -e '/^\tccc,/d' -e '/^\tinitc=/d' -e '/^\toc=/d' \
        -e '/^\tsetaf=/d' -e '/^\tsetab=/d' > "$dir/src"
    cat >> "$dir/src" <<'EOF'
	colors#0x1000000,
	pairs#0x10000,
	setaf=\E[38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%dm,
	setab=\E[48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%dm,
	RGB,
EOF
    tic -x -o "$dir/out" "$dir/src"
    printf '    {"%s",\n' "$term"
    base64 -w 110 "$dir"/out/*/"$term" | sed 's/.*/     "&"/'
    rm -r "$dir/out"
    echo '    },'
done
cat <<'EOF'
};

const char *terminfo_rgb(const char *term)
{
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (strcmp(term, entries[i].term) == 0)
            return entries[i].entry;
    return NULL;
}
EOF
