import type { Notice, NoticeCode } from '../../formats/notice.ts';
import { defineRule, type Rule } from '../rule.ts';

type NoticeRule<Id extends NoticeCode> = Pick<
  Rule<'notice', NoticeData, Id>,
  'id' | 'title' | 'severity' | 'inconclusive' | 'references' | 'why' | 'fix' | 'examples'
>;

type NoticeData = { readonly detail: string } & Readonly<Record<string, unknown>>;

/** A rule that fires on the notice of the same code, whatever the format. */
export function noticeRule<const Id extends NoticeCode>(texts: NoticeRule<Id>): Rule<'notice', NoticeData, Id> {
  return defineRule<NoticeData>()({
    ...texts,
    facet: 'notice',
    formats: ['any'],
    message: (data) => data.detail,
    check(notice: Notice, report) {
      if (notice.code !== texts.id) return;
      const data = { ...notice.data, detail: notice.detail };
      report(notice.span === undefined ? { data } : { data, span: notice.span });
    },
  });
}
