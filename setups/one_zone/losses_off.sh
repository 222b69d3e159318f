#!/bin/sh
# Figures 3 and 4 of Hopkins et al. 2022 in one zone: the leaky box with each term switched off, drawn over one another.
#   setups/one_zone/losses_off.sh [OUT] [options of crux plot, such as --data DIR]
set -e
root=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:-runs/losses_off}
[ $# -gt 0 ] && shift
crux=${CRUX:-$root/crux}
one() {
  name=$1
  shift
  for set in "$@"; do set_options="$set_options --set $set"; done
  # shellcheck disable=SC2086
  "$crux" run "$root/setups/one_zone/one_zone.yaml" --set "run.name=$name" $set_options --out "$out/$name" --force >/dev/null
  set_options=
}
set_options=
one all
one no_coulomb cr_losses.coulomb=0
one no_ionisation cr_losses.ionisation=0
one no_bremsstrahlung cr_losses.bremsstrahlung=0
one no_inverse_compton cr_losses.inverse_compton=0
one no_synchrotron cr_losses.synchrotron=0
one no_catastrophic cr_catastrophic.pionic=0 cr_catastrophic.fragmentation=0
one no_secondaries cr_secondaries.scale=0
one no_reacceleration cr_losses.reacceleration=0
one maximal_reacceleration cr_losses.reacceleration_form=maximal
one ion_alfven zone.alfven=ion
cd "$out"
folders='all no_coulomb no_ionisation no_bremsstrahlung no_inverse_compton no_synchrotron no_catastrophic no_secondaries no_reacceleration
  maximal_reacceleration ion_alfven'
# shellcheck disable=SC2086
PYTHONPATH="$root" /usr/bin/python3 -m analysis plot $folders "$@"
