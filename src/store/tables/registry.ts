import type { EvidenceKind, VersionState } from '../../contract/types/registry.ts';

type Verdict = 'clean' | 'inconclusive' | 'suspicious' | 'malicious';

/** What the registry knows of a model beside its row in `resources`, which has name, project, description and classification. */
interface RegistryModelTable {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  /** Case-folded, and unique. */
  readonly name_key: string;
  /** JSON list. */
  tags: string;
  licence: string | null;
  owner_kind: 'person' | 'service' | null;
  owner_id: string | null;
  readonly created_at: number;
  changed_at: number;
  is_archived: number;
  /** Number of the newest version. */
  versions: number;
  latest_version_id: string | null;
  /** The newest that can be had. */
  released_version_id: string | null;
}

/** What a model is found by: its name and the paths of files of it, case-folded, one a line. */
interface RegistrySearchTable {
  readonly model_id: string;
  text: string;
}

interface RegistryVersionTable {
  readonly id: string;
  readonly model_id: string;
  readonly number: number;
  /** 40 hexadecimal digits; set at release. */
  revision: string | null;
  state: VersionState;
  stage: 'none' | 'development' | 'staging' | 'production' | 'retired';
  readonly message: string;
  /** JSON: `VersionSource`. */
  readonly source: string;
  readonly created_at: number;
  /** Null: the server itself. */
  readonly created_by_kind: 'person' | 'service' | null;
  readonly created_by_id: string | null;
  /** Of the source side; of the release side once there is one. */
  file_count: number;
  byte_count: number;
  /** Its files are uploaded in parts of so many bytes, whatever the configuration says by now; null where nothing is uploaded. */
  readonly part_bytes: number | null;
  /** 1: somebody who may only read asked the hub behind for this very commit; it is not what others get by themselves. */
  is_aside: number;
  verdict: Verdict | null;
  /** JSON: `AdmissionFacts` of the files as they came, what the policy decides by. */
  facts: string | null;
  /** JSON: `AdmissionFacts` of the files as they are given out. */
  release_facts: string | null;
  /** JSON: `AdmissionDecision`. */
  decision: string | null;
  root_digest: string | null;
  /** Digests of its manifest and configuration as an OCI artifact; null before release, and where it has too many files for one. */
  oci_manifest: string | null;
  oci_manifest_bytes: number | null;
  oci_config: string | null;
  /** The key of this version, wrapped by the master key; its ciphertext in base 64. */
  key_provider: string | null;
  key_name: string | null;
  wrapped_key: string | null;
  /** The job that works on it. */
  job_id: string | null;
  step: string | null;
  failure: string | null;
  examined_at: number | null;
  examined_with: string | null;
  /** Since when another examination is wanted; null: it is not. */
  recheck_at: number | null;
  /** The job that examines it again; null: none does. */
  recheck_job_id: string | null;
  /** Examinations in a row that came to no answer; null: the last one did. */
  recheck_failures: number | null;
  /** It is not examined again before, unless somebody asks for it. */
  recheck_after: number | null;
  released_at: number | null;
  recalled_at: number | null;
  recalled_by_kind: 'person' | 'service' | null;
  recalled_by_id: string | null;
  recall_reason: string | null;
}

/** Who wanted a version to be fetched from a hub. */
interface RegistryAskerTable {
  readonly version_id: string;
  readonly principal_kind: 'person' | 'service';
  readonly principal_id: string;
  readonly asked_at: number;
}

/** A file of a version: as it came (`source`), or as it is given out (`release`). */
interface RegistryFileTable {
  readonly version_id: string;
  readonly side: 'source' | 'release';
  readonly path: string;
  readonly bytes: number;
  /** Of the content, which is stored; null until it is. */
  digest: string | null;
  /** What whoever brings it says the content has: proves nothing before it has arrived. */
  readonly declared_digest: string | null;
  format: string | null;
  verdict: Verdict | null;
  /** The key of the content, wrapped by the key of the version, base 64; null while the content is plain. */
  wrapped_key: string | null;
}

/** A part of a file that arrived, kept as a blob until the file is whole. */
interface RegistryPartTable {
  readonly version_id: string;
  readonly path: string;
  readonly part: number;
  digest: string;
  bytes: number;
  stored_at: number;
}

/** Content by its SHA-256, stored once, plain until it is released and sealed from then on. */
interface RegistryContentTable {
  readonly digest: string;
  readonly bytes: number;
  /** 1: there is a blob of this digest. */
  is_plain: number;
  /** The blob with the sealed content. */
  sealed_digest: string | null;
  sealed_bytes: number | null;
  readonly created_at: number;
}

interface RegistryEvidenceTable {
  readonly version_id: string;
  readonly kind: EvidenceKind;
  name: string;
  /** Of the blob. */
  digest: string;
  bytes: number;
  made_at: number;
}

interface RegistryPolicyTable {
  readonly version: number;
  readonly body: string;
  readonly comment: string;
  readonly created_by_kind: 'person' | 'service' | null;
  readonly created_by_id: string | null;
  readonly created_at: number;
}

interface RegistryApprovalTable {
  readonly id: string;
  readonly version_id: string;
  readonly decision: 'approve' | 'refuse';
  readonly by_kind: 'person' | 'service';
  readonly by_id: string;
  readonly reason: string;
  readonly at: number;
}

interface RegistryWaiverTable {
  readonly id: string;
  readonly model_id: string;
  /** Null: for every version of the model. */
  readonly version_id: string | null;
  /** JSON list of ids of rules of the admission policy. */
  readonly rules: string;
  readonly owner_kind: 'person' | 'service';
  readonly owner_id: string;
  readonly reason: string;
  readonly created_at: number;
  readonly expires_at: number;
  ended_at: number | null;
  /** When its owner was told that it ends. */
  warned_at: number | null;
}

interface RegistryDownloadTable {
  readonly version_id: string;
  readonly principal_kind: 'person' | 'service';
  readonly principal_id: string;
  files: number;
  bytes: number;
  readonly first_at: number;
  last_at: number;
}

interface RegistryNoticeTable {
  readonly id: string;
  readonly principal_kind: 'person' | 'service';
  readonly principal_id: string;
  readonly kind: 'recalled' | 'denied' | 'failed' | 'review-wanted' | 'released' | 'waiver-ends' | 'not-examined';
  readonly version_id: string;
  readonly text: string;
  readonly created_at: number;
  seen_at: number | null;
}

/** Blobs that something ceased to name, until it is known that nothing else does and they are gone. */
interface BlobRemovalTable {
  readonly digest: string;
  wanted_at: number;
  /** It is being removed: nothing may begin to name it meanwhile. */
  claimed_at: number | null;
}

/** Where branches and tags of a hub led to, and when they were seen to do so last. */
interface RegistryHubRevisionTable {
  readonly endpoint: string;
  /** Case-folded. */
  readonly repository: string;
  readonly revision: string;
  /** 40 hexadecimal digits. */
  readonly commit_id: string;
  seen_at: number;
}

export interface RegistryTables {
  readonly registry_hub_revisions: RegistryHubRevisionTable;
  readonly blob_removals: BlobRemovalTable;
  readonly registry_models: RegistryModelTable;
  readonly registry_search: RegistrySearchTable;
  readonly registry_versions: RegistryVersionTable;
  readonly registry_askers: RegistryAskerTable;
  readonly registry_files: RegistryFileTable;
  readonly registry_parts: RegistryPartTable;
  readonly registry_contents: RegistryContentTable;
  readonly registry_evidence: RegistryEvidenceTable;
  readonly registry_policies: RegistryPolicyTable;
  readonly registry_approvals: RegistryApprovalTable;
  readonly registry_waivers: RegistryWaiverTable;
  readonly registry_downloads: RegistryDownloadTable;
  readonly registry_notices: RegistryNoticeTable;
}
