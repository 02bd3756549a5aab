# Turns presets (*.net) into the table of spec/preset.h.  A file's first line is its summary, a comment.
function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text
}
BEGIN {
    print "/* Made by data/presets/embed.awk from data/presets/; change those. */"
    print "#include \"spec/preset.h\"\n"
    print "const Preset presets[] = {"
}
FNR == 1 {
    if (NR > 1)
        print "    },"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.net$/, "", name)
    summary = $0
    sub(/^# */, "", summary)
    print "    {" quoted(name) "\", " quoted(summary) "\","
}
{ print "     " quoted($0) "\\n\"" }
END {
    print "    },\n};"
    print "const int presets_count = sizeof presets / sizeof presets[0];"
}
