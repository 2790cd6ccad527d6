export interface AdmissionPolicy {
  readonly default: 'allow' | 'review' | 'deny';
}
