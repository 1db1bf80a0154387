using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.StandIns.Tests.Hosting;

/// <summary>What processes are told: parameters, addresses, ports, in which order they end.</summary>
public sealed class Configuring
{
    [Fact]
    public async Task A_caller_gets_the_address_of_every_replica()
    {
        var builder = TestApplication.CreateBuilder();
        var catalog = builder.AddProject("catalog", "Catalog.csproj").WithHttpEndpoint().WithReplicas(3);
        var web = builder.AddProject("web", "Web.csproj").WithHttpEndpoint().WithReference(catalog).WithEnvironment("Colour", "red");
        await using var app = builder.Build();
        await app.Services.GetRequiredService<GraphPreparation>().PrepareAsync(CancellationToken.None);

        var instance = web.Resource.Annotations.OfType<ResourceInstancesAnnotation>().Single().Instances[0];
        var environment = await app.Services.GetRequiredService<ProcessConfiguration>().EnvironmentAsync(instance, CancellationToken.None);
        var ports = catalog.Resource.Annotations.OfType<EndpointAnnotation>().Single().AllocatedPorts!;
        Assert.Equal(3, ports.Distinct().Count());
        for (var i = 0; i < 3; i++) Assert.Equal($"http://localhost:{ports[i]}", environment[$"services__catalog__http__{i}"]);
        Assert.False(environment.ContainsKey("services__catalog__http__3"));
        Assert.Equal($"http://localhost:{ports[0]}", environment["CATALOG_HTTP"]);
        Assert.Equal("red", environment["Colour"]);
        Assert.Equal(web.GetEndpoint("http").Url, environment["ASPNETCORE_URLS"]);
    }

    [Fact]
    public async Task Two_that_claim_ports_at_once_never_get_the_same()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "ports");
        var claims = Enumerable.Range(0, 4).Select(_ => new PortClaims(file, first: 12_000, count: 120)).ToArray();
        var ports = await Task.WhenAll(claims.Select(c => Task.Run(() => c.Claim(20))));
        Assert.Equal(80, ports.SelectMany(p => p).Distinct().Count());
        foreach (var claim in claims) claim.Dispose();
        Assert.Empty(await File.ReadAllLinesAsync(file));
    }

    [Fact]
    public void A_variable_may_write_an_underscore_for_a_dash()
    {
        var builder = TestApplication.CreateBuilder("--Parameters:admin_password=given");
        Assert.Equal("given", builder.AddParameter("admin-password", secret: true).Resource.Value);
    }

    [Fact]
    public void A_parameter_without_value_says_how_to_give_it_one()
    {
        var parameter = TestApplication.CreateBuilder().AddParameter("api-key").Resource;
        var missing = Assert.Throws<MissingParameterValueException>(() => parameter.Value);
        Assert.Contains("Parameters__api_key", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_generated_password_has_its_length_and_only_characters_that_are_allowed()
    {
        var value = new GenerateParameterDefault { MinLength = 22, Special = false }.GetDefaultValue();
        Assert.Matches("^[a-zA-Z0-9]{22}$", value);
        Assert.DoesNotContain(value, c => "iloILO".Contains(c, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_that_several_make_at_once_is_one_secret_and_only_its_owner_can_read_it()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "secrets.json");
        var made = 0;
        var values = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => new UserSecrets(file).GetOrAdd("Parameters:key", () => $"value-{Interlocked.Increment(ref made)}"))));
        Assert.Single(values.Distinct());
        Assert.Equal(values[0], new UserSecrets(file).GetOrAdd("Parameters:key", () => "other"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void Services_end_before_what_they_wait_for_and_servers_last()
    {
        var builder = TestApplication.CreateBuilder();
        var server = builder.AddResource(new ContainerResource("server"));
        var catalog = builder.AddProject("catalog", "Catalog.csproj").WaitFor(server);
        var orders = builder.AddProject("orders", "Orders.csproj").WaitFor(catalog);
        builder.AddProject("web", "Web.csproj").WithHttpEndpoint().WithExternalHttpEndpoints();
        builder.AddExecutable("standby", "sleep", "/").WaitFor(server);
        var layers = Shutdown.Layers([.. builder.Resources]).Select(layer => string.Join(' ', layer.Select(r => r.Name)));
        Assert.Equal(["web", "orders", "catalog", "standby", "server"], layers);
    }

    [Fact]
    public async Task An_expression_keeps_braces_and_escapes_what_stands_in_a_uri()
    {
        var password = new ParameterResource("password", _ => "a/{b}");
        var inner = ReferenceExpression.Create($"{{x}}={password}");
        var outer = ReferenceExpression.Create($"{inner}@{password:uri}");
        Assert.Equal("{x}=a/{b}@a%2F%7Bb%7D", await outer.GetValueAsync(CancellationToken.None));
    }
}
