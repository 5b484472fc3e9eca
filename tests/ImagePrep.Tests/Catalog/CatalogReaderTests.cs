using ImagePrep.Catalog;
using ImagePrep.Catalog.Actions;
using ImagePrep.Errors;

namespace ImagePrep.Tests.Catalog;

public sealed class CatalogReaderTests
{
    private const string Rest = "what: a thing\n  why: Because.\n  source: a page\n";

    [Fact]
    public void Read_EveryKey_BecomesItsAction()
    {
        CatalogEntry entry = CatalogReader.Read(
            """
            - id: all
              rows: [B01, C02]
              what: everything at once
              when: ["init:systemd", "!file:/x"]
              remove: /etc/a*
              empty: [/etc/b]
              secret: tls-key
              commit: false
              links-in: /etc/links
              rewrite: { paths: [/etc/c], content: "x\n" }
              drop-lines: { paths: [/etc/d], match: '^HWADDR=' }
              keep: [/etc/ssl/*]
              mask: [a.service, b@.service]
              gate: c.service
              write: { path: /etc/e, content: text, mode: "0600" }
              set:
                - { path: /etc/f, key: K, value: '"yes"' }
                - { path: /etc/g, key: k, value: v, style: ini, section: S, create: true }
              drop-words: { paths: [/boot/cmdline.txt], match: 'init=.*' }
              report: true
              report-lines: { paths: [/etc/h], match: 'mac' }
              why: Because.
              source: a page
            """,
            "test",
            "mine")[0];

        CatalogAction[] expected =
        [
            new RemoveAction(["/etc/a*"], new SecretKind("tls-key", Commit: false), "/etc/links"),
            new EmptyAction(["/etc/b"], new SecretKind("tls-key", Commit: false)),
            new RewriteAction(["/etc/c"], "x\n"),
            new DropLinesAction(["/etc/d"], "^HWADDR="),
            new KeepAction(["/etc/ssl/*"]),
            new MaskAction(["a.service", "b@.service"]),
            new GateAction(["c.service"]),
            new WriteAction("/etc/e", "text", 0b110_000_000),
            new SetAction("/etc/f", "K", "\"yes\"", SettingStyle.Shell, "", Create: false),
            new SetAction("/etc/g", "k", "v", SettingStyle.Ini, "S", Create: true),
            new DropWordsAction(["/boot/cmdline.txt"], "init=.*"),
            new ReportAction([]),
            new ReportAction(["/etc/h"], "mac"),
        ];
        entry.Actions.Select(Text).ShouldBe(expected.Select(Text));
        (entry.Id, entry.What, entry.Why, entry.Source, entry.File).ShouldBe(("all", "everything at once", "Because.", "a page", "mine"));
        entry.Rows.ShouldBe(["B01", "C02"]);
        entry.When.ShouldBe(["init:systemd", "!file:/x"]);
    }

    [Theory]
    [InlineData("- id: a\n  path: /etc/x\n  " + Rest, "a.path: is not a known key")]
    [InlineData("- id: a\n  " + Rest, "a: does nothing")]
    [InlineData("- id: a\n  remove: etc/x\n  " + Rest, "a.remove: is not an absolute guest path")]
    [InlineData("- id: a\n  remove: [/]\n  " + Rest, "a.remove: is not an absolute guest path")]
    [InlineData("- id: a\n  remove: [~/]\n  " + Rest, "a.remove: is not an absolute guest path")]
    [InlineData("- id: a\n  keep: [~/x]\n  " + Rest, "a.keep: is not an absolute guest path")]
    [InlineData("- id: a\n  mask: ../x\n  " + Rest, "a.mask: is not a unit name")]
    [InlineData("- id: a\n  commit: perhaps\n  remove: /x\n  " + Rest, "a.commit: is not true or false")]
    [InlineData("- id: a\n  when: [init:upstart]\n  remove: /x\n  " + Rest, "'init:upstart' is not a condition")]
    [InlineData("- id: a\n  when: [\"option:command\"]\n  remove: /x\n  " + Rest, "line 2, a.when: 'option:command' would never be decided")]
    [InlineData("- id: a\n  drop-lines: { paths: [/x], match: '(' }\n  " + Rest, "is not a regular expression")]
    [InlineData("- id: a\n  drop-lines: { paths: [/x], match: '(a)\\1' }\n  " + Rest, "linear time")]
    [InlineData("- id: a\n  drop-lines: { paths: [/x] }\n  " + Rest, "a.drop-lines.match: is required")]
    [InlineData("- id: a\n  write: { path: /x, content: y, mode: \"999\" }\n  " + Rest, "is not a file mode")]
    [InlineData("- id: a\n  set: { path: /x, key: k, value: v, style: toml }\n  " + Rest, "is not one of: shell, ini, yaml")]
    [InlineData("- id: a\n  remove: /x\n", "a.why: is required")]
    [InlineData("a: 1", "is a list of at least one entry")]
    [InlineData("- a", "is a mapping of keys")]
    [InlineData("- {", "is not YAML")]
    public void Read_Mistake_IsToldWithItsPlace(string yaml, string expected) =>
        Should.Throw<RecipeException>(() => CatalogReader.Read(yaml, "test", "mine")).Message.ShouldContain(expected);

    [Fact]
    public void Read_SeveralMistakes_AreToldAtOnce() =>
        Should.Throw<RecipeException>(() => CatalogReader.Read("- id: a\n  what: x\n- remove: 1\n", "test", "mine")).Problems.Count.ShouldBeGreaterThan(3);

    /// <summary>Records compare their lists by identity; their JSON shows what is in them.</summary>
    private static string Text(CatalogAction action) => action.GetType().Name + System.Text.Json.JsonSerializer.Serialize(action, action.GetType());
}
