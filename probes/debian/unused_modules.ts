/**
 * Modules that are not worth their space in the cache.
 *
 * @module
 */

/**
 * Folders of a kernel's modules that no guest has hardware or use for, three quarters of it all;
 * patterns of tar, below a kernel's folder `kernel`.
 */
export const UNUSED_MODULES: readonly string[] = [
  ...["sound", "samples"],
  ...below("net", "atm batman-adv bluetooth l2tp mac80211 openvswitch sched wireless *netfilter"),
  ...below("drivers", "accel accessibility bluetooth comedi firewire gpu hid hwmon iio input isdn"),
  ...below("drivers", "media mmc mtd net nfc platform soundwire ssb staging thunderbolt usb video"),
  ...below("drivers/infiniband", "hw ulp"),
  ...below("drivers/scsi", "aacraid aic7xxx be2iscsi bfa bnx2fc bnx2i csiostor cxgbi elx fnic"),
  ...below("drivers/scsi", "hisi_sas lpfc megaraid mpi3mr mpt3sas pm8001 qedf qedi qla2xxx"),
  ...below("drivers/scsi", "qla4xxx smartpqi"),
];

function below(folder: string, names: string): string[] {
  return names.split(" ").map((name) => `${folder}/${name}`);
}
