using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Tests.Unit.AppHost;

/// <summary>The manifest that azd deploys Shop from, written by the AppHost as azd asks for it.</summary>
public sealed partial class ManifestTests : IDisposable
{
    private static readonly string[] TypesOfAzd = ["project.v0", "container.v0", "parameter.v0", "value.v0", "annotated.string"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("shop-manifest-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Azd_understands_every_resource_and_every_reference()
    {
        var resources = await PublishAsync();
        Assert.All(resources, resource => Assert.Contains((string?)resource.Value!["type"], TypesOfAzd));
        foreach (var (name, resource) in resources)
            Assert.All(References(resource!), reference => Assert.True(resources.ContainsKey(reference), $"{name} refers to {reference}"));
        // An ingress that is not HTTP needs to be told its port.
        var tcp = resources.SelectMany(resource => resource.Value!["bindings"]?.AsObject().Select(binding => binding.Value!) ?? [])
            .Where(binding => (string?)binding["scheme"] == "tcp").ToArray();
        Assert.NotEmpty(tcp);
        Assert.All(tcp, binding => Assert.NotNull(binding["targetPort"]));
    }

    [Fact]
    public async Task Only_the_front_can_be_reached_from_outside_and_the_sandbox_stays_at_home()
    {
        var resources = await PublishAsync();
        Assert.Equal(["web"], resources.Where(IsExternal).Select(resource => resource.Key));
        Assert.DoesNotContain("sandbox", resources.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["catalog", "orders", "payments", "web"], Of(resources, "project.v0"));
        Assert.Equal(["cache", "messaging", "postgres"], Of(resources, "container.v0"));
        Assert.Equal(["catalogdb", "ordersdb0", "ordersdb1", "ordersdb2", "ordersdb3", "paymentsdb", "webdb"], Of(resources, "value.v0"));
    }

    [Fact]
    public async Task Secrets_are_made_by_the_deployment_and_nothing_of_this_machine_gets_there()
    {
        var resources = await PublishAsync();
        Assert.All(Of(resources, "parameter.v0"), name =>
        {
            var input = resources[name]!["inputs"]!["value"]!;
            Assert.True((bool?)input["secret"], name);
            Assert.True((int?)input["default"]?["generate"]?["minLength"] >= 22, name);
        });
        foreach (var name in Of(resources, "project.v0"))
        {
            var variables = resources[name]!["env"]!.AsObject();
            Assert.DoesNotContain("ASPNETCORE_ENVIRONMENT", variables.Select(variable => variable.Key));
            Assert.DoesNotContain("services__catalog__http__1", variables.Select(variable => variable.Key));
            Assert.DoesNotContain(variables, variable => ((string)variable.Value!).Contains("localhost", StringComparison.Ordinal));
            Assert.EndsWith($"/Shop.{name}.csproj", (string)resources[name]!["path"]!, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Services_with_dead_letters_accept_the_key_of_the_operator()
    {
        var resources = await PublishAsync();
        Assert.Contains("operator-key", Of(resources, "parameter.v0"));
        var accepting = Of(resources, "project.v0")
            .Where(name => (string?)resources[name]!["env"]!["Internal__Callers__operator"] == "{operator-key.value}");
        Assert.Equal(["catalog", "orders", "payments"], accepting);
    }

    [Fact]
    public async Task Without_a_place_to_write_to_it_fails()
    {
        var (exitCode, output) = await AppHostCommand.RunAsync("--publisher", "manifest");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("output", output, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<JsonObject> PublishAsync()
    {
        var file = Path.Combine(_folder.FullName, "sub", "manifest.json");
        var (exitCode, output) = await AppHostCommand.RunAsync("--publisher", "manifest", "--output-path", file);
        Assert.True(exitCode == 0, output);
        return JsonNode.Parse(await File.ReadAllTextAsync(file))!["resources"]!.AsObject();
    }

    private static IEnumerable<string> Of(JsonObject resources, string type) =>
        resources.Where(resource => (string?)resource.Value!["type"] == type).Select(resource => resource.Key).Order(StringComparer.Ordinal);

    private static bool IsExternal(KeyValuePair<string, JsonNode?> resource) =>
        resource.Value!["bindings"]?.AsObject().Any(binding => (bool?)binding.Value!["external"] == true) == true;

    private static IEnumerable<string> References(JsonNode node) =>
        Reference().Matches(node.ToJsonString()).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\{([A-Za-z0-9-]+)\.[A-Za-z]")]
    private static partial Regex Reference();
}
