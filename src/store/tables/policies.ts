/** What grants can be given on, below the server itself. Models are added by the registry. */
interface ResourceTable {
  readonly id: string;
  readonly kind: 'project' | 'model';
  /** The project of a model. */
  readonly parent_id: string | null;
  readonly name: string;
  /** Of projects: the name case-folded, and unique. */
  readonly name_key: string | null;
  readonly description: string;
  readonly classification: 'public' | 'internal' | 'confidential' | 'restricted';
  readonly created_at: number;
  /** The epoch of the last change: what processes look for to know what to forget. */
  readonly changed_epoch: number;
}

/** A role, given to somebody, somewhere. A row is never removed: ended grants are evidence. */
interface GrantTable {
  readonly id: string;
  readonly principal_kind: 'person' | 'service';
  readonly principal_id: string;
  readonly role: string;
  readonly scope_kind: 'server' | 'project' | 'model';
  /** Empty for the server. */
  readonly scope_id: string;
  /** JSON. */
  readonly conditions: string;
  readonly reason: string;
  readonly given_by_kind: 'person' | 'service' | null;
  readonly given_by_id: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
  readonly changed_epoch: number;
}

interface PolicyVersionTable {
  readonly version: number;
  readonly state: 'proposed' | 'active' | 'superseded' | 'refused' | 'withdrawn';
  readonly body: string;
  readonly digest: string;
  readonly comment: string;
  readonly based_on: number;
  /** Null: came with the program. */
  readonly proposed_by: string | null;
  readonly proposed_at: number;
  readonly decided_by: string | null;
  readonly decided_at: number | null;
  readonly decision_comment: string | null;
}

/** One row, which every change of access counts up: changes of access take turns on it, and processes see by it that something changed. */
interface AccessStateTable {
  readonly id: number;
  readonly epoch: number;
  readonly active_version: number;
}

export interface PolicyTables {
  readonly resources: ResourceTable;
  readonly grants: GrantTable;
  readonly policy_versions: PolicyVersionTable;
  readonly access_state: AccessStateTable;
}
