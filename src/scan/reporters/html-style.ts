/** The style sheet of the HTML report; its hash is in the page's content security policy. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --text: #1b1f24; --dim: #5b6570; --line: #dfe3e8;
  --critical: #b3132b; --high: #c2410c; --medium: #a16207; --low: #1d5fbf; --info: #5b6570;
  --malicious: #b3132b; --suspicious: #c2410c; --inconclusive: #7c4a03; --clean: #15713a; --code: #f0f2f5; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1216; --card: #171b21; --text: #e6e9ed; --dim: #98a2ad;
  --line: #2a3038; --critical: #ff6b7d; --high: #ff9a5c; --medium: #e8bf4a; --low: #79b0ff; --info: #98a2ad;
  --malicious: #ff6b7d; --suspicious: #ff9a5c; --inconclusive: #e8bf4a; --clean: #5fd18a; --code: #20262e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .75rem; }
p { margin: .3rem 0; }
a { color: var(--low); }
.dim { color: var(--dim); }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--code);
  padding: .1em .35em; border-radius: 4px; overflow-wrap: anywhere; white-space: pre-wrap; }
.banner { border-left: 6px solid var(--tone); background: var(--card); border-radius: 10px; padding: 1.1rem 1.3rem;
  box-shadow: 0 1px 2px #0001; }
.banner strong { color: var(--tone); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .7rem .9rem; }
.tile b { display: block; font-size: 1.35rem; line-height: 1.3; color: var(--tone, inherit); font-variant-numeric: tabular-nums; }
.filters { display: flex; flex-wrap: wrap; gap: .4rem; margin: 1rem 0; }
.filters label { border: 1px solid var(--line); background: var(--card); border-radius: 99px; padding: .15rem .75rem .15rem .5rem;
  cursor: pointer; user-select: none; }
.filters label:has(input:not(:checked)) { opacity: .55; }
.filters input { accent-color: var(--tone, var(--dim)); vertical-align: -1px; }
.artifact { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: .75rem 0; }
.artifact > summary { padding: .8rem 1rem; cursor: pointer; display: flex; gap: .7rem; align-items: baseline; flex-wrap: wrap; }
.artifact > summary .path { font-weight: 600; overflow-wrap: anywhere; flex: 1 1 20rem; }
.artifact > div { padding: 0 1rem 1rem; }
.badge { color: var(--tone); border: 1px solid currentColor; border-radius: 6px; padding: 0 .45rem; font-size: .8rem; font-weight: 600;
  white-space: nowrap; }
.finding { border-top: 1px solid var(--line); padding: .75rem 0; }
.finding.suppressed { opacity: .65; }
.finding h3 { font-size: 1rem; margin: 0 0 .2rem; display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
.finding h3 small { font-weight: 400; color: var(--dim); }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .25rem .5rem .25rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; vertical-align: top; }
.critical { --tone: var(--critical); } .high { --tone: var(--high); } .medium { --tone: var(--medium); }
.low { --tone: var(--low); } .info { --tone: var(--info); }
.malicious { --tone: var(--malicious); } .suspicious { --tone: var(--suspicious); }
.inconclusive { --tone: var(--inconclusive); } .clean { --tone: var(--clean); }
body:has(#f-critical:not(:checked)) .finding.critical, body:has(#f-high:not(:checked)) .finding.high,
body:has(#f-medium:not(:checked)) .finding.medium, body:has(#f-low:not(:checked)) .finding.low,
body:has(#f-info:not(:checked)) .finding.info, body:has(#f-suppressed:not(:checked)) .finding.suppressed { display: none; }
@media print { .filters { display: none; } body { background: none; } .artifact { break-inside: avoid; } }
`;
