export interface ReviewCampaignTable {
  readonly id: string;
  readonly name: string;
  readonly created_by_kind: 'person' | 'service';
  readonly created_by_id: string;
  readonly created_at: number;
  readonly due_at: number;
  closed_at: number | null;
  closed_by_kind: 'person' | 'service' | null;
  closed_by_id: string | null;
  readonly escalate_to: string | null;
  /** Days without use after which a grant was proposed for removal. */
  readonly unused_days: number;
  readonly items: number;
  decided: number;
  revoked: number;
  /** SHA-256 of the record, as the ledger names it; set when the campaign is closed. */
  record_digest: string | null;
}

interface ReviewReviewerTable {
  readonly campaign_id: string;
  readonly person_id: string;
  readonly added_at: number;
  /** 1: added when the campaign was overdue. */
  readonly is_escalation: number;
}

/** A grant as it was when the campaign started, and what was decided about it. */
export interface ReviewItemTable {
  readonly id: string;
  readonly campaign_id: string;
  readonly grant_id: string;
  readonly principal_kind: 'person' | 'service';
  readonly principal_id: string;
  readonly role: string;
  readonly scope_kind: 'server' | 'project' | 'model';
  /** Empty for the server. */
  readonly scope_id: string;
  readonly scope_name: string;
  readonly given_at: number;
  readonly given_by_id: string | null;
  readonly last_used_at: number | null;
  /** JSON: what spoke for taking it away. */
  readonly proposals: string;
  decision: 'certify' | 'revoke' | null;
  decided_by: string | null;
  decided_at: number | null;
  comment: string | null;
  /** What a decision to revoke found: the grant, or nothing to take away any more. */
  outcome: 'kept' | 'taken' | 'gone' | null;
}

/** What is to be done about a campaign at a time, each once. */
interface ReviewStepTable {
  readonly campaign_id: string;
  /** `due-7`: seven days before it is due; `due`; `overdue-1` … */
  readonly step: string;
  readonly run_at: number;
  done_at: number | null;
}

/** Told to a person in the console until he has decided, or the campaign is closed. */
export interface ReviewNoticeTable {
  readonly campaign_id: string;
  readonly person_id: string;
  readonly kind: 'review-requested' | 'review-due' | 'review-overdue' | 'review-escalated';
  readonly created_at: number;
}

export interface ReviewTables {
  readonly review_campaigns: ReviewCampaignTable;
  readonly review_reviewers: ReviewReviewerTable;
  readonly review_items: ReviewItemTable;
  readonly review_steps: ReviewStepTable;
  readonly review_notices: ReviewNoticeTable;
}
