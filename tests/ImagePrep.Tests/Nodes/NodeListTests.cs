using ImagePrep.Errors;
using ImagePrep.Nodes;

namespace ImagePrep.Tests.Nodes;

public sealed class NodeListTests
{
    [Fact]
    public void Parse_FullList_GivesEveryColumn()
    {
        IReadOnlyList<NodeSpec> nodes = NodeList.Parse(
            """
            # two nodes
            name,mac,uuid,machine-id,site-rack
            web-1,52:54:00:AA:00:01;52:54:00:aa:00:02,4C4C4544-0000-2010-8020-80C04F202020,0123456789abcdef0123456789ABCDEF,A 1
            web-2.example,,,,
            """,
            "nodes.csv");

        nodes.Count.ShouldBe(2);
        nodes[0].Macs.ShouldBe(["52:54:00:aa:00:01", "52:54:00:aa:00:02"]);
        nodes[0].Uuid.ShouldBe("4c4c4544-0000-2010-8020-80c04f202020");
        nodes[0].MachineId.ShouldBe("0123456789abcdef0123456789abcdef");
        nodes[0].Site.ShouldBe([new("SITE_RACK", "A 1")]);
        nodes[1].Name.ShouldBe("web-2.example");
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("name", "is empty")]
    [InlineData("mac\n52:54:00:aa:00:01", "has no column 'name'")]
    [InlineData("name,colour\na,b", "'colour' is not a column")]
    [InlineData("name,name\na,b", "names a column twice")]
    [InlineData("name,mac\na", "has 1 fields, the header has 2")]
    [InlineData("name\n../../etc/passwd", "is not a host name")]
    [InlineData("name\nA", "is not a host name")]
    [InlineData("name\n-a", "is not a host name")]
    [InlineData("name\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "is not a host name")]
    [InlineData("name\na\na", "already given in line 2")]
    [InlineData("name,mac\na,52:54:00:aa:00:01\nb,52:54:00:aa:00:02;52:54:00:AA:00:01", "line 3, mac: '52:54:00:aa:00:01' was already given in line 2")]
    [InlineData("name,mac\na,52:54:00:aa:00:01;52:54:00:aa:00:01", "line 2, mac: '52:54:00:aa:00:01' was already given in line 2")]
    [InlineData("name,uuid\na,4C4C4544-0000-2010-8020-80C04F202020\nb,4c4c4544-0000-2010-8020-80c04f202020", "line 3, uuid: '4c4c4544-0000-2010-8020-80c04f202020' was already given in line 2")]
    [InlineData("name,machine-id\na,00000000000000000000000000000000", "line 2, machine-id: is all zeros")]
    [InlineData("name,mac\na,52:54:00", "is not a MAC address")]
    [InlineData("name,uuid\na,52:54:00", "is not a UUID")]
    [InlineData("name,machine-id\na,zz", "is not 32 hexadecimal digits")]
    [InlineData("name,site-x\na,$(reboot)", "printable ASCII")]
    public void Parse_BadList_NamesTheProblem(string text, string expected) =>
        Should.Throw<RecipeException>(() => NodeList.Parse(text, "nodes.csv")).Message.ShouldContain(expected);

    [Fact]
    public void Parse_SeveralMistakes_ReportsAll() =>
        Should.Throw<RecipeException>(() => NodeList.Parse("name,mac,uuid\nA,x,y\nb,z,", "nodes.csv")).Problems.Count.ShouldBe(4);

    [Fact]
    public void Count_Hundred_NamesSortInOrder()
    {
        string[] names = [.. NodeList.Count(100).Select(node => node.Name)];

        names[0].ShouldBe("node-001");
        names.ShouldBe(names.Order(StringComparer.Ordinal));
    }
}
