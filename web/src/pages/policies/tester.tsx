import { Tabs } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { PageHeader } from '../../ui/page-header.tsx';
import { RequestTester } from './request-tester.tsx';
import { WhoCould } from './who-could.tsx';

/** Questions to the policies in force. */
export function PolicyTesterPage() {
  return (
    <>
      <PageHeader
        title="Ask the policies"
        above={<Link to="/policies">Policies</Link>}
        lead="What would be decided, and why; and who could do something at all. Asking changes nothing."
      />
      <Tabs defaultValue="request" keepMounted={false}>
        <Tabs.List mb={20}>
          <Tabs.Tab value="request">May somebody do this?</Tabs.Tab>
          <Tabs.Tab value="who">Who could do this?</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="request">
          <RequestTester />
        </Tabs.Panel>
        <Tabs.Panel value="who">
          <WhoCould />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
