# shellcheck shell=bash
# The setup that scripts/wiretail and scripts/test share. It installs and builds only what is missing;
# if nothing is, it takes a few milliseconds. It writes to stderr only: stdout is for records.
# The caller sets `root`, the checkout.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
: "${root:?the checkout}"

log() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
  log "$@"
  exit 1
}

# Required on the system: the Debian package, then probes of which one must succeed (the name of a
# command, or a glob of a file). The package manager is not queried: that is slow, and other systems
# have other package managers.
needs=(
  'libpcap0.8 /usr/lib/*/libpcap.so.0.8 /usr/lib/*/libpcap.so.1 /lib/*/libpcap.so.0.8 /usr/lib*/libpcap.so.1 /usr/local/lib*/libpcap.so.*'
)
# Required to compile the package cap. The engine libpcap works without it.
needs_of_cap=(
  'libpcap-dev /usr/include/pcap/pcap.h /usr/local/include/pcap/pcap.h'
  'python3 python3'
  'make make'
  'g++ g++'
)

# Prints the packages of the missing requirements.
missing() {
  local need package probe probes
  for need in "$@"; do
    package=${need%% *}
    read -ra probes <<<"${need#* }"
    for probe in "${probes[@]}"; do
      case $probe in
        /*) compgen -G "$probe" >/dev/null && continue 2 ;;
        *) type -P "$probe" >/dev/null && continue 2 ;;
      esac
    done
    printf '%s ' "$package"
  done
}

# The package's name on this system: some libraries were renamed for 64-bit time in 2024.
package_name() {
  if apt-cache show --no-all-versions "${1}t64" >/dev/null 2>&1; then printf '%st64' "$1"; else printf '%s' "$1"; fi
}

apt_install() {
  local package packages=()
  for package in "$@"; do packages+=("$(package_name "$package")"); done
  log "installing ${packages[*]}"
  # noninteractive: wireshark-common would otherwise prompt for who may capture.
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "${packages[@]}"
}

# Installs two lists of packages. If it can't, it reports the missing ones in one line.
install_packages() { # REQUIRED OPTIONAL
  local required optional
  read -ra required <<<"$1"
  read -ra optional <<<"$2"
  local all=("${required[@]}" "${optional[@]}")
  ((${#all[@]})) || return 0
  type -P apt-get >/dev/null || die "missing: ${all[*]} (names of Debian packages); install them first"
  ((EUID == 0)) || die "missing: ${all[*]}; run as root: apt-get install ${all[*]}"
  apt-get update -q || log 'the package lists could not be updated; using the old ones'
  local version
  if [[ " ${required[*]} " == *' nodejs '* ]]; then
    version=$(apt-cache policy nodejs | sed -n 's/^ *Candidate: *//p')
    dpkg --compare-versions "$version" ge 20.19 ||
      die "missing: Node.js 20.19 or later; this system has ${version:-none}: see https://nodejs.org"
  fi
  if ((${#required[@]})); then
    apt_install "${required[@]}" || die "could not install: ${required[*]}"
  fi
  if ((${#optional[@]})); then
    apt_install "${optional[@]}" || log "could not install: ${optional[*]}"
  fi
}

# The same range as package.json's engines.
check_node() { # [NODE]
  local node=${1:-$(type -P node)}
  "$node" -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a >= 24 ? 0 : 1)' ||
    die "Node.js 20.19 or later, 22.12 or later, or 24 and up is needed; $node is $("$node" --version)"
}

# Identifies what the native addons in node_modules were built from and for. An executable with a plausible
# name is taken as is (running Node takes 50 ms); the shim of a version manager has to be run.
modules_key() { # DIR
  local file
  file=$(readlink -f "$(type -P node)") || return 1
  case $file in
    */node | */nodejs) ;;
    *) file=$(node -p process.execPath) ;;
  esac
  sha256sum <"$1/package-lock.json"
  stat -L -c '%n %s %Y' "$file"
}

modules_ready() { # DIR
  local stamp=$1/node_modules/.wiretail-stamp
  [[ -r $stamp ]] && type -P node >/dev/null && [[ $(<"$stamp") == "$(modules_key "$1")" ]]
}

# Uses the headers of this Node, so that node-gyp does not download them.
use_node_headers() {
  local dir major
  dir=$(node -p process.execPath)
  dir=${dir%/bin/*}
  major=$(node -p 'process.versions.node.split(".")[0]')
  if grep -qs "define NODE_MAJOR_VERSION $major\$" "$dir/include/node/node_version.h"; then
    export npm_config_nodedir=$dir
  fi
}

install_modules() { # DIR
  modules_ready "$1" && return
  log "installing the npm packages for Node $(node --version)"
  (
    cd "$1" || exit
    rm -f node_modules/.wiretail-stamp
    use_node_headers
    npm ci --no-audit --no-fund --loglevel=error
  ) || return 1
  [[ -e $1/node_modules/cap/build/Release/cap.node ]] ||
    log 'the npm package cap could not be built: only the engine libpcap is available'
  modules_key "$1" >"$1/node_modules/.wiretail-stamp"
}

built() {
  local stamp=$root/node_modules/.wiretail-built
  [[ -e $stamp && -e $root/dist/main.js ]] &&
    [[ -z $(find "$root/src" "$root/tsconfig.json" "$root/package.json" "$root/scripts/build.mjs" -newer "$stamp" -print -quit) ]]
}

# Builds into another folder and swaps: a failed build keeps the old one, and a daemon that runs from
# dist never sees a partial build.
build() {
  built && return
  log 'building'
  local new=$root/node_modules/.wiretail-dist
  rm -rf "$new" "$new.old"
  touch "$new.stamp"
  (cd "$root" && npm run --silent build -- --outDir "$new") || return 1
  chmod +x "$new/main.js" || return 1
  if [[ -e $root/dist ]]; then mv "$root/dist" "$new.old"; fi
  mv "$new" "$root/dist"
  rm -rf "$new.old"
  mv "$new.stamp" "$root/node_modules/.wiretail-built"
}

ready() { [[ -z $(missing "${needs[@]}") ]] && modules_ready "$root" && built; }

# Installs and builds what is missing; only one process at a time.
set_up() {
  local packages packages_for_cap=''
  ready && return # another process did it meanwhile
  packages=$(missing "${needs[@]}")
  type -P node >/dev/null || packages+='nodejs '
  type -P npm >/dev/null || packages+='npm '
  modules_ready "$root" || packages_for_cap=$(missing "${needs_of_cap[@]}")
  install_packages "$packages" "$packages_for_cap"
  check_node
  modules_ready "$root" && built && return
  [[ -w $root ]] || die "$root has to be set up first, by a user with write permission"
  install_modules "$root" || die 'npm could not install the packages (see above)'
  build || die 'the build failed (see above)'
  # With sudo in another user's checkout, the files keep that user as owner.
  if ((EUID == 0)) && [[ ! -O $root ]]; then
    chown -R --reference="$root" "$root/node_modules" "$root/dist"
  fi
}

prepare() {
  ready && return
  local lock
  exec {lock}<"$root"
  flock -n "$lock" || {
    log 'waiting for another setup in this checkout'
    flock "$lock"
  }
  set_up </dev/null >&2
  exec {lock}<&-
}
