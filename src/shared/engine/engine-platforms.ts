/**
 * Where native TensorFlow can be had: which wheels of the package index hold a library that
 * TensorFlow.js's addon can be linked to. Found by reading the central directories and symbol tables of
 * the 2.21.0 wheels; the addon needs 55 symbols of TensorFlow's C API (`TF_…`, `TFE_…`). Pure.
 */
import type { EngineFlavor } from '../protocol/engine.js';

/** The version that Backstep is tested with. */
export const engineVersion = '2.21.0';

export interface EnginePackage {
  /** Its name in the package index. */
  readonly name: string;
  /** The platform's part of a wheel's file name must match. */
  readonly wheelPlatform: RegExp;
  /** In the wheel; the addon is linked to both. */
  readonly libraries: readonly string[];
}

export type EnginePlatform =
  | { readonly kind: 'supported'; readonly flavors: Readonly<Partial<Record<EngineFlavor, EnginePackage>>> }
  | { readonly kind: 'unsupported'; readonly reason: string; readonly hint: string };

const sharedObjects = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'];
const dynamicLibraries = ['tensorflow/libtensorflow_cc.2.dylib', 'tensorflow/libtensorflow_framework.2.dylib'];

const useWebGpu =
  'Train with the `webgpu` backend where the graphics card has a driver for it; `wasm` works everywhere.';

/** By Node's `${process.platform}-${process.arch}`. */
const platforms: Readonly<Record<string, EnginePlatform>> = {
  'linux-x64': {
    kind: 'supported',
    flavors: {
      // 274 MB; 38 symbols in libtensorflow_cc.so.2 (788 MB), 17 in libtensorflow_framework.so.2 (65 MB).
      cpu: { name: 'tensorflow-cpu', wheelPlatform: /^manylinux.*_x86_64$/, libraries: sharedObjects },
      // 573 MB; the same symbols; its run path looks for NVIDIA's libraries in ../nvidia/<part>/lib.
      cuda: { name: 'tensorflow', wheelPlatform: /^manylinux.*_x86_64$/, libraries: sharedObjects },
    },
  },
  'linux-arm64': {
    kind: 'supported',
    // 282 MB, the same symbols, without CUDA; tensorflow-cpu has no wheel for this processor.
    flavors: { cpu: { name: 'tensorflow', wheelPlatform: /^manylinux.*_aarch64$/, libraries: sharedObjects } },
  },
  'darwin-arm64': {
    kind: 'supported',
    // 223 MB; 38 + 17 symbols too, install names @rpath/libtensorflow_{cc,framework}.2.dylib.
    flavors: { cpu: { name: 'tensorflow', wheelPlatform: /^macosx_\d+_\d+_arm64$/, libraries: dynamicLibraries } },
  },
  'darwin-x64': {
    kind: 'unsupported',
    reason: 'TensorFlow is no longer made for Macs with an Intel processor',
    hint: useWebGpu,
  },
  'win32-x64': {
    kind: 'unsupported',
    // _pywrap_tensorflow_common.dll exports all 55, but imports 220 functions of python312.dll.
    reason:
      'TensorFlow’s packages for Windows hold no library of their own: theirs is part of its Python extension and needs the very Python it was made for',
    hint: `${useWebGpu} In the Windows Subsystem for Linux (WSL), native TensorFlow works.`,
  },
};

/** @param platform `linux-x64` and the like */
export function enginePlatform(platform: string): EnginePlatform {
  return (
    platforms[platform] ?? {
      kind: 'unsupported',
      reason: `TensorFlow has no packages for ${platform}`,
      hint: useWebGpu,
    }
  );
}
