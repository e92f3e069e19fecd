/** Settings of trainings and what they led to, as TensorBoard's hparams plug-in keeps them: in the metadata of three tags. */
import { fromBinary } from '@bufbuild/protobuf';
import type { Value } from '@bufbuild/protobuf/wkt';
import {
  Status,
  type Experiment,
  type HParamInfo,
} from '../../../shared/generated/tensorboard/plugins/hparams/api_pb.js';
import {
  HParamsPluginDataSchema,
  type HParamsPluginData,
} from '../../../shared/generated/tensorboard/plugins/hparams/plugin_data_pb.js';
import type { HparamExperiment, HparamSession } from '../../../shared/protocol/summaries.js';
import { log } from '../../log.js';
import type { LogRun } from '../log-run.js';

type HparamValue = HparamSession['values'][number]['value'];

export interface RunHparams {
  readonly sessions: HparamSession[];
  readonly experiments: HparamExperiment[];
}

export function hparamsOf(run: LogRun): RunHparams {
  const sessions = new Map<string, HparamSession>();
  const experiments: HparamExperiment[] = [];
  const sessionOf = (family: string): HparamSession =>
    sessions.get(family) ?? { run: run.id, family, values: [], status: 'unknown' };
  for (const { kind, family, parts } of run.allTags()) {
    if (kind !== 'hparams') continue;
    for (const { tag } of parts) {
      const { data } = tag.content ? decoded(tag.content.bytes, run) : { data: undefined };
      switch (data?.case) {
        case 'sessionStartInfo': {
          const { hparams, startTimeSecs, groupName } = data.value;
          sessions.set(family, {
            ...sessionOf(family),
            values: Object.entries(hparams)
              .map(([name, value]) => ({ name, value: plain(value) }))
              .sort((a, b) => (a.name < b.name ? -1 : 1)),
            status: sessionOf(family).status === 'unknown' ? 'running' : sessionOf(family).status,
            ...(startTimeSecs > 0 ? { startedAtMs: startTimeSecs * 1000 } : {}),
            ...(groupName ? { group: groupName } : {}),
          });
          break;
        }
        case 'sessionEndInfo': {
          const { status, endTimeSecs } = data.value;
          sessions.set(family, {
            ...sessionOf(family),
            status: statusOf(status),
            ...(endTimeSecs > 0 ? { endedAtMs: endTimeSecs * 1000 } : {}),
          });
          break;
        }
        case 'experiment':
          experiments.push(experimentOf(run.id, data.value));
          break;
        case undefined:
          break;
      }
    }
  }
  return { sessions: [...sessions.values()], experiments };
}

function decoded(bytes: Uint8Array, run: LogRun): Pick<HParamsPluginData, 'data'> {
  try {
    return fromBinary(HParamsPluginDataSchema, bytes);
  } catch (error) {
    log('logs', `settings of ${run.folder} are left out`, error);
    return { data: { case: undefined } };
  }
}

function experimentOf(run: string, { description, hparamInfos, metricInfos }: Experiment): HparamExperiment {
  return {
    run,
    ...(description ? { description } : {}),
    hparams: hparamInfos.map(hparamOf),
    metrics: metricInfos.map(({ name, displayName, description: text }) => ({
      group: name?.group ?? '',
      tag: name?.tag ?? '',
      ...(displayName ? { displayName } : {}),
      ...(text ? { description: text } : {}),
    })),
  };
}

function hparamOf({ name, displayName, description, domain }: HParamInfo): HparamExperiment['hparams'][number] {
  return {
    name,
    ...(displayName ? { displayName } : {}),
    ...(description ? { description } : {}),
    ...(domain.case === 'domainDiscrete' ? { options: domain.value.values.map(plain) } : {}),
    ...(domain.case === 'domainInterval' ? { range: { min: domain.value.minValue, max: domain.value.maxValue } } : {}),
  };
}

function plain({ kind }: Value): HparamValue {
  switch (kind.case) {
    case 'numberValue':
    case 'stringValue':
    case 'boolValue':
      return kind.value;
    default:
      return '';
  }
}

function statusOf(status: Status): HparamSession['status'] {
  switch (status) {
    case Status.SUCCESS:
      return 'success';
    case Status.FAILURE:
      return 'failure';
    case Status.RUNNING:
      return 'running';
    default:
      return 'unknown';
  }
}
