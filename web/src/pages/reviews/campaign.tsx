import { Button } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { call, type Reply } from '../../api/call.ts';
import { pathOf } from '../../api/paths.ts';
import { useApi, useChanged, useMay } from '../../api/hooks.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { CampaignItems } from './items.tsx';
import { Progress } from './progress.tsx';

type Campaign = Reply<'reviews.show'>;

/** One review: what is left to decide, and what was decided. */
export function CampaignPage() {
  const { campaignId } = useParams({ from: '/frame/reviews/$campaignId' });
  const campaign = useApi('reviews.show', { params: { campaignId } });
  const above = <Link to="/reviews">Reviews</Link>;
  if (campaign.data === undefined) {
    return (
      <>
        <PageHeader title="A review" above={above} />
        <Waiting on={campaign} lines={8} />
      </>
    );
  }
  const { name, state, items, decided, revoked, dueAt, closedAt, reviewers, createdBy, createdAt, escalateTo } =
    campaign.data;
  return (
    <>
      <PageHeader title={name} above={above} actions={<CampaignActions campaign={campaign.data} />} />
      <Panel title="Where it stands">
        <Facts
          facts={[
            { term: 'State', is: <StatusMark of={state} /> },
            { term: 'Decided', is: <Progress done={decided} of={items} /> },
            { term: 'Taken away', is: revoked },
            closedAt === null
              ? { term: 'Due', is: <Timestamp at={dueAt} show="both" /> }
              : { term: 'Closed', is: <Timestamp at={closedAt} show="both" /> },
            { term: 'Reviewers', is: reviewers.map((one) => one.name).join(', ') },
            { term: 'Escalates to', is: escalateTo?.name ?? 'nobody' },
            {
              term: 'Started by',
              is: (
                <>
                  {createdBy.name}, <Timestamp at={createdAt} show="both" />
                </>
              ),
            },
          ]}
        />
      </Panel>
      <CampaignItems campaign={campaign.data} />
    </>
  );
}

function CampaignActions({ campaign }: { readonly campaign: Campaign }) {
  const may = useMay();
  const changed = useChanged();
  const [closing, setClosing] = useState(false);
  const left = campaign.items - campaign.decided;
  const file = (kind: 'html' | 'csv'): string =>
    pathOf(`/api/reviews/:campaignId/report.${kind}`, { campaignId: campaign.id });
  return (
    <>
      <Button component="a" variant="default" leftSection={<Download size={14} />} href={file('html')} download>
        Report
      </Button>
      <Button component="a" variant="default" leftSection={<Download size={14} />} href={file('csv')} download>
        CSV
      </Button>
      {campaign.state !== 'closed' && may('reviews.run') && (
        <Button onClick={() => setClosing(true)}>Close the review</Button>
      )}
      <ConfirmDialog
        opened={closing}
        onClose={() => setClosing(false)}
        title={`Close ${campaign.name}?`}
        verb="Close the review"
        onConfirm={async () => {
          await call('reviews.close', { params: { campaignId: campaign.id } });
          await changed('reviews.', 'overview.');
        }}
      >
        {left === 0
          ? 'Everything is decided. The report becomes evidence in the ledger.'
          : `${left} ${left === 1 ? 'grant is' : 'grants are'} undecided. They stay as they are, and the report says so.`}
      </ConfirmDialog>
    </>
  );
}
