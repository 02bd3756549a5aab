# What the fetch-* scripts share; read by them, not run.  Needs curl or wget, gzip, tar and sha256sum (or shasum).

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# choose_folder NAME [FOLDER]: sets $folder: the one asked for, else NAME beside this script (the project's data/),
# else NAME among the user's data sets.
choose_folder() {
    if [ -n "${2-}" ]; then
        folder=$2
    elif [ -w "$(dirname "$0")" ]; then
        folder=$(dirname "$0")/$1
    else
        folder=${XDG_DATA_HOME:-$HOME/.local/share}/hourglass/datasets/$1
    fi
    mkdir -p "$folder" || fail "cannot make the folder $folder"
}

# sha256 of standard input.
sum() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum
    else
        shasum -a 256
    fi | cut -c 1-64
}

download() { # URL FILE
    if command -v curl >/dev/null 2>&1; then
        curl -fL --retry 2 --progress-bar -o "$2" "$1"
    elif command -v wget >/dev/null 2>&1; then
        wget -q -O "$2" "$1"
    else
        fail "needs curl or wget (Debian: apt-get install curl)"
    fi
}

# fetch FILE SHA256 UNPACK MIRROR...: FILE into $folder from the first mirror whose bytes, run through UNPACK, have that sum.
# The sum is over the content, so that it does not matter how a mirror compressed it.
fetch() {
    file=$1 expected=$2 unpack=$3
    shift 3
    if [ -f "$folder/$file" ] && [ "$($unpack <"$folder/$file" 2>/dev/null | sum)" = "$expected" ]; then
        echo "$file: already there"
        return
    fi
    for mirror in ${HOURGLASS_MIRROR:-"$@"}; do
        echo "$file: from $mirror"
        if download "$mirror/$file" "$folder/$file.part"; then
            if [ "$($unpack <"$folder/$file.part" 2>/dev/null | sum)" = "$expected" ]; then
                mv "$folder/$file.part" "$folder/$file"
                return
            fi
            echo "$file: what $mirror sent has another checksum" >&2
        fi
        rm -f "$folder/$file.part"
    done
    fail "no mirror had $file; \$HOURGLASS_MIRROR may name another (a URL without the file's name)"
}
