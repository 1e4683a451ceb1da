# shellcheck shell=bash
# The installation paths, and the options that scripts/install and scripts/uninstall share.

# Like wiretail's own usage errors: exit code 2.
usage_error() {
  log "$@"
  exit 2
}

# Sets prefix and destdir, and node or purge if the caller has declared them.
options() {
  prefix=/usr/local
  destdir=${DESTDIR:-}
  # Relative to the caller's directory: the scripts change directories.
  [[ -z $destdir ]] || destdir=$(realpath -m -- "$destdir")
  destdir=${destdir%/}
  while (($#)); do
    case $1 in
      --prefix | --node)
        [[ $# -ge 2 && $2 == /* ]] || usage_error "$1 ${2:-}: expected an absolute path"
        [[ $1 == --prefix || -v node ]] || usage_error "$1: expected --prefix PATH or --purge"
        printf -v "${1#--}" %s "${2%/}"
        shift
        ;;
      --purge)
        [[ -v purge ]] || usage_error "$1: expected --prefix PATH or --node PATH"
        purge=yes
        ;;
      *) usage_error "$1: expected --prefix PATH or ${node+--node PATH}${purge+--purge}" ;;
    esac
    shift
  done
  # Units and the launcher use it without quotes.
  [[ $prefix =~ ^/[A-Za-z0-9/._+-]+$ ]] || usage_error "--prefix $prefix: expected a path of letters, digits and . _ + -"
  library=$prefix/lib/wiretail
  launcher=$prefix/bin/wiretail
  # systemd searches /usr and /usr/local for units (systemd.unit(5)), and for sysusers.d and tmpfiles.d, for which the
  # manual pages mention /usr only: systemd-tmpfiles --cat-config shows it.
  unit=$prefix/lib/systemd/system/wiretail.service
  sysusers=$prefix/lib/sysusers.d/wiretail.conf
  tmpfiles=$prefix/lib/tmpfiles.d/wiretail.conf
  config=/etc/wiretail/wiretail.yaml
  drop_ins=/etc/systemd/system/wiretail.service.d
  logrotate=/etc/logrotate.d/wiretail
}

runs_systemd() { [[ -d /run/systemd/system ]]; }
