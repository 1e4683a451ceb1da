# shellcheck shell=bash
# Where scripts/install puts what, and the options that it shares with scripts/uninstall.

# As wiretail's own: exit code 2.
mistake() {
  say "$@"
  exit 2
}

# Sets prefix and destdir, and node or purge for who has set them before.
options() {
  prefix=/usr/local
  destdir=${DESTDIR:-}
  # As seen from where it was said: the scripts go elsewhere.
  [[ -z $destdir ]] || destdir=$(realpath -m -- "$destdir")
  destdir=${destdir%/}
  while (($#)); do
    case $1 in
      --prefix | --node)
        [[ $# -ge 2 && $2 == /* ]] || mistake "$1 ${2:-}: expected an absolute path"
        [[ $1 == --prefix || -v node ]] || mistake "$1: expected --prefix PATH or --purge"
        printf -v "${1#--}" %s "${2%/}"
        shift
        ;;
      --purge)
        [[ -v purge ]] || mistake "$1: expected --prefix PATH or --node PATH"
        purge=yes
        ;;
      *) mistake "$1: expected --prefix PATH or ${node+--node PATH}${purge+--purge}" ;;
    esac
    shift
  done
  # Units and the launcher name it without quotes.
  [[ $prefix =~ ^/[A-Za-z0-9/._+-]+$ ]] || mistake "--prefix $prefix: expected a path of letters, digits and . _ + -"
  library=$prefix/lib/wiretail
  launcher=$prefix/bin/wiretail
  # Below /usr and below /usr/local alike systemd looks for units (systemd.unit(5)), and for sysusers.d and tmpfiles.d,
  # of which the manual pages name the former only: systemd-tmpfiles --cat-config shows it.
  unit=$prefix/lib/systemd/system/wiretail.service
  sysusers=$prefix/lib/sysusers.d/wiretail.conf
  tmpfiles=$prefix/lib/tmpfiles.d/wiretail.conf
  config=/etc/wiretail/wiretail.yaml
  drop_ins=/etc/systemd/system/wiretail.service.d
  logrotate=/etc/logrotate.d/wiretail
}

runs_systemd() { [[ -d /run/systemd/system ]]; }
