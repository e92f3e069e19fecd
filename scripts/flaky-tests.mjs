// A Vitest reporter that names the tests that failed first and passed when tried again: to be mended, not got used to.
export default class FlakyTests {
  onTestRunEnd(modules) {
    for (const module of modules)
      for (const test of module.children.allTests())
        if (test.diagnostic()?.flaky) console.log(`flaky: ${module.relativeModuleId} › ${test.fullName}`);
  }
}
