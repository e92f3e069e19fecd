/** Runs rules over facts and makes findings of what they find, with the lines of layers and parts. Knows no training. */
import type { Finding, RuleInfo } from '../../shared/protocol/diagnosis.js';
import type { SummaryWish } from '../runtime/step-summaries.js';
import type { Course } from './course.js';
import type { BatchFacts, ExperimentFacts, StepFacts } from './facts.js';
import type { Found, Rule } from './rule.js';
import { rules } from './rules/index.js';

/** Where the person's code makes what is spoken of. */
export interface FindingPlaces {
  placeOfLayer(label: string): { readonly file: string; readonly line: number } | undefined;
  placeOfPart(part: string): { readonly file: string; readonly line: number } | undefined;
}

/** What there is to judge by at some moment. */
export interface Evidence {
  readonly experiment: ExperimentFacts;
  readonly batch?: BatchFacts;
  readonly course?: Course;
  readonly step?: StepFacts;
}

/** A rule with a threshold of one's own. */
export interface WantedRule {
  readonly rule: string;
  readonly threshold?: number;
}

/** The rules that can be armed. */
export function ruleInfos(): RuleInfo[] {
  return rules.map(({ rule, title, thresholdOf, threshold }) => ({
    rule,
    title,
    ...(thresholdOf === undefined ? {} : { thresholdOf, threshold }),
  }));
}

/** What these rules find, the gravest first. */
export function findingsOf(
  evidence: Evidence,
  places: FindingPlaces,
  wanted: readonly WantedRule[] = ruleInfos(),
): Finding[] {
  const found = wanted.flatMap(({ rule: name, threshold }) => {
    const rule = ruleNamed(name);
    if (!rule) return [];
    return testOne(rule, evidence, threshold ?? rule.threshold ?? 0).map((one) =>
      findingOf(rule, one, evidence, places),
    );
  });
  return byGravity(found);
}

const gravity = { error: 0, warning: 1, info: 2 } as const;

export function byGravity(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((one, other) => gravity[one.severity] - gravity[other.severity]);
}

/** What the rules in question ask a step for. */
export function wishesOf(wanted: readonly WantedRule[], facts: ExperimentFacts): SummaryWish[] {
  return wanted.flatMap(({ rule: name }) => {
    const rule = ruleNamed(name);
    return rule?.kind === 'step' ? rule.wishes(facts) : [];
  });
}

export function ruleNamed(name: string): Rule | undefined {
  return rules.find(({ rule }) => rule === name);
}

/** Whether what was a remark is more than that by now. */
export function isGraver(finding: Finding, before: Finding): boolean {
  return gravity[finding.severity] < gravity[before.severity];
}

function testOne(rule: Rule, { experiment, batch, course, step }: Evidence, threshold: number): readonly Found[] {
  switch (rule.kind) {
    case 'experiment':
      return rule.test(experiment, threshold);
    case 'batch':
      return batch ? rule.test(batch, experiment, threshold) : [];
    case 'course':
      return course ? rule.test(course, experiment, threshold) : [];
    case 'step':
      return step ? rule.test(step, experiment, threshold) : [];
  }
}

function findingOf(
  { rule }: Rule,
  { part, ...found }: Found,
  { step, course }: Evidence,
  places: FindingPlaces,
): Finding {
  const place =
    (part === undefined ? undefined : places.placeOfPart(part)) ??
    (found.layer === undefined ? undefined : places.placeOfLayer(found.layer));
  const number = step?.step ?? course?.lastStep?.step;
  return {
    rule,
    ...withoutUndefined(found),
    ...(place && { file: place.file, line: place.line }),
    ...(number !== undefined && number > 0 && { step: number }),
  };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
