/**
 * Pictures of a tensor: as a grid in one canvas of which only what is in sight is drawn, or one of them large.
 * Pointing says index and value, a click leads to the table.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import { chooseTensor, type TensorTab } from '../../state/tensor-tabs.js';
import type { Shape } from '../../state/tensor-index.js';
import {
  pictureKey,
  picturesAPage,
  type PicturePage,
  type PictureView,
  type PictureWish,
  type TensorReading,
} from '../../state/tensor-reading.js';
import { Icon } from '../../ui/icon.js';
import { useApp } from '../../use-app.js';
import { ExampleChooser } from './example-chooser.js';
import { nextSide } from './grid-layout.js';
import { LargePicture } from './large-picture.js';
import { Legend } from './legend.js';
import { PictureGrid } from './picture-grid.js';
import { PointedAt, type Pointed } from './pointed-at.js';
import { examplesOf, pictureSize } from './picture-shape.js';
import { usePages } from './use-pages.js';

export interface PicturesProps {
  readonly tab: TensorTab;
  readonly reading: TensorReading;
  readonly shape: Shape;
  readonly view: PictureView;
}

/** Where a picture is kept. */
export interface PictureSource {
  /** The key that a picture comes with, which more may come with. */
  keyOf(picture: number): string;
  /** The page that holds it, of this stop or, until that is here, of the one before. */
  pageOf(picture: number): PicturePage | undefined;
}

/** Pixels that a single picture is asked for with at most, along its longer side. */
const LARGE_SIDE = 1024;

export function Pictures({ tab, reading, shape, view }: PicturesProps) {
  const theme = useApp((state) => state.theme);
  const version = usePages(reading.pictures);
  const [lastPointed, setPointed] = useState<Pointed>();
  const [fitted, setFitted] = useState(96);
  const { choice, previous } = tab;
  const { scale } = choice;
  const side = choice.side ?? fitted;
  const expected = pictureSize(shape, view);
  const examples = examplesOf(shape, view);
  const example = Math.min(choice.example, examples - 1);
  const maxSide = sideToAsk(side * devicePixelRatio);
  const grid = useMemo(
    () =>
      sourceOf(
        reading,
        previous,
        { view, example, scale, maxSide },
        picturesAPage(expected.width * expected.height * expected.channels, maxSide),
      ),
    [reading, previous, view, example, scale, maxSide, expected.width, expected.height, expected.channels],
  );
  const before = useLastWith(grid, version);
  const large = useMemo(
    () => sourceOf(reading, previous, { view, example, scale, maxSide: LARGE_SIDE }, 1),
    [reading, previous, view, example, scale],
  );
  const known = grid.pageOf(0) ?? large.pageOf(choice.open ?? 0) ?? grid.pageOf(choice.picture);
  const total = known?.total ?? expected.total;
  const size = known?.source ?? expected;
  const open = total === 1 ? 0 : choice.open;
  const pointed = open === undefined || lastPointed?.picture === open ? lastPointed : undefined;
  const shown = Math.min(open ?? pointed?.picture ?? choice.picture, total - 1);
  const page = (open === undefined ? grid : large).pageOf(shown);
  const range = page?.ranges[shown - page.first];
  const isColour = (page ?? expected).channels === 3;
  const scheme = view === 'images' ? 'grey' : 'values';
  const choose = (change: Parameters<typeof chooseTensor>[1]) => chooseTensor(tab.id, change);
  const toTable = (cell: number) => choose({ view: 'table', cell });
  const failure = reading.pictures.failureOf(open === undefined ? grid.keyOf(0) : large.keyOf(open));

  return (
    <>
      <div className="tensor-tools" role="toolbar" aria-label="What is shown">
        {open !== undefined && total !== 1 && (
          <button className="tensor-tool" title="All pictures (Esc)" onClick={() => choose({ open: undefined })}>
            <Icon name="arrow-left" /> All
          </button>
        )}
        {open !== undefined && total > 1 && (
          <ExampleChooser
            count={total}
            example={open}
            what={view === 'featureMaps' ? 'Map' : view === 'filters' ? 'Filter' : 'Picture'}
            choose={(next) => choose({ open: next, picture: next })}
          />
        )}
        {examples > 1 && (
          <ExampleChooser
            count={examples}
            example={example}
            what={view === 'filters' ? 'Slice' : 'Example'}
            choose={(next) => choose({ example: next })}
          />
        )}
        {total > 1 && !isColour && (
          <span className="tensor-choice" role="group" aria-label="Colours">
            {(['all', 'each'] as const).map((one) => (
              <button
                key={one}
                aria-pressed={scale === one}
                title={one === 'all' ? 'One range of colours for all pictures' : 'Each picture in its own range'}
                onClick={() => choose({ scale: one })}
              >
                {one === 'all' ? 'Same scale' : 'Own scale'}
              </button>
            ))}
          </span>
        )}
        {open === undefined && total !== 1 && (
          <span className="button-row">
            <button
              className="icon-button"
              title="Smaller (−)"
              aria-label="Smaller pictures"
              onClick={() => choose({ side: nextSide(side, -1) })}
            >
              <Icon name="zoom-out" />
            </button>
            <button
              className="icon-button"
              title="Larger (+)"
              aria-label="Larger pictures"
              onClick={() => choose({ side: nextSide(side, 1) })}
            >
              <Icon name="zoom-in" />
            </button>
          </span>
        )}
        <span className="spacer" />
        {range && !isColour && (
          <Legend
            range={range}
            scheme={scheme}
            theme={theme}
            own={scale === 'each' && total !== 1}
            notFinite={(tab.facts?.numbers?.notFinite ?? 0) > 0}
          />
        )}
      </div>
      {failure !== undefined ? (
        <p className="tensor-failure" role="alert">
          <Icon name="warning" /> {failure}
        </p>
      ) : open === undefined ? (
        <PictureGrid
          tab={tab}
          source={grid}
          before={before}
          want={(keys) => reading.pictures.want(keys)}
          total={total}
          size={size}
          side={choice.side}
          fit={setFitted}
          version={version}
          scheme={scheme}
          theme={theme}
          pointed={pointed}
          point={setPointed}
          toTable={toTable}
        />
      ) : (
        <LargePicture
          tab={tab}
          source={large}
          want={(keys) => reading.pictures.want(keys)}
          picture={open}
          total={total}
          full={size}
          maxSide={LARGE_SIDE}
          stretch={view === 'matrix' || (view === 'featureMaps' && shape.length === 3)}
          version={version}
          scheme={scheme}
          theme={theme}
          pointed={pointed}
          point={setPointed}
          toTable={toTable}
        />
      )}
      <PointedAt reading={reading} shape={shape} pointed={pointed} page={page} what={view} />
    </>
  );
}

/** The source before this one, as long as this one has no picture. */
function useLastWith(source: PictureSource, version: number): PictureSource | undefined {
  const last = useRef<PictureSource>(undefined);
  useEffect(() => {
    if (source.pageOf(0)) last.current = source;
  }, [source, version]);
  return last.current === source ? undefined : last.current;
}

function sourceOf(
  reading: TensorReading,
  previous: TensorReading | undefined,
  wish: PictureWish,
  perPage: number,
): PictureSource {
  const pageWith = (key: string) => reading.pictures.get(key) ?? previous?.pictures.get(key);
  const keyOf = (picture: number) => {
    const key = pictureKey(wish, picture - (picture % perPage), perPage);
    const page = pageWith(key);
    // An answer may hold fewer than were asked for.
    return page && picture >= page.first + page.count ? pictureKey(wish, picture, 1) : key;
  };
  return { keyOf, pageOf: (picture) => pageWith(keyOf(picture)) };
}

/** Asked for in few sizes: what is there serves until pictures are much larger on the screen. */
function sideToAsk(pixels: number): number {
  return pixels <= 256 ? 256 : pixels <= 512 ? 512 : 1024;
}
