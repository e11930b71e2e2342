export { compareNumbers, TestLedger, type VipWish } from './test-ledger';
export { NorthboundLab, type RunningReconciler } from './northbound-lab';
