/**
 * Builds the world of a tool host, in namespaces that are already its own, and becomes the host there: an empty root in
 * memory, with nothing in it but what is named. `sh -c SCRIPT orket ROOT USERS [WORD SOURCE TARGET]... -- COMMAND...`, where
 * USERS is `alone` in a user namespace of its own, else `shared`, and
 * WORD is `folder` or `file` (bound, read-only), `link`, `device`, or `room` (writable memory of SOURCE bytes).
 * What a mount of the machine says (nosuid, nodev, noexec, relatime) cannot be taken back in a user namespace, so
 * making it read-only is tried with what is usual. `/proc` shows only the processes of the host, or is not there; read-only, because many settings
 * of the kernel can be written by whoever is root outside, whatever rights it gave up.
 */
export const boxScript = `
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=$1
shift
# In a user namespace of its own this holds for what is below it: nobody gets rights again in yet another one.
if [ "$1" = alone ]; then echo 0 >/proc/sys/user/max_user_namespaces 2>/dev/null || :; fi
shift
# Where memory runs out, the kernel ends this before anything of others.
echo 1000 2>/dev/null >/proc/self/oom_score_adj || :
mount --make-rprivate /
mount -t tmpfs -o mode=0755,nosuid,nodev,size=1m tmpfs "$root"
readonly_at() {
  for flags in nosuid,nodev nosuid,nodev,relatime nosuid,nodev,noatime nosuid,nodev,noexec nosuid,nodev,noexec,relatime; do
    if mount -o "remount,bind,ro,$flags" "$1" 2>/dev/null; then return 0; fi
  done
  return 1
}
bind() {
  mount --bind "$1" "$2" 2>/dev/null || mount --rbind "$1" "$2"
  readonly_at "$2"
}
while [ "$1" != -- ]; do
  at=$root$3
  mkdir -p "\${at%/*}"
  case $1 in
    folder) mkdir -p "$at"; bind "$2" "$at" ;;
    file) : >"$at"; bind "$2" "$at" ;;
    link) ln -s "$2" "$at" ;;
    device) : >"$at"; mount --bind "$2" "$at" ;;
    room) mkdir -p "$at"; mount -t tmpfs -o "mode=1777,nosuid,nodev,size=$2,nr_inodes=8k" tmpfs "$at" ;;
  esac
  shift 3
done
shift
mkdir "$root/proc" "$root/outside"
mount -t proc -o ro,nosuid,nodev,noexec proc "$root/proc" 2>/dev/null || rmdir "$root/proc"
cd "$root"
pivot_root . outside
cd /tmp
umount -l /outside
rmdir /outside
mount -o remount,bind,ro,nosuid,nodev /
exec env -i "$@"
`.trim();
