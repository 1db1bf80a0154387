using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wire = Aspire.Hosting.Dashboard.Wire;

namespace Shop.StandIns.Tests.Hosting.Dashboard;

/// <summary>Snapshots as the dashboard reads them.</summary>
public sealed class ResourceMessagesTests
{
    private static readonly DateTime s_noon = new(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void An_empty_snapshot_still_carries_what_the_dashboard_demands()
    {
        var resource = Map(new() { ResourceType = "Project", Urls = [new(null, "http://localhost:1", false)] });
        Assert.NotNull(resource.CreatedAt);
        Assert.NotNull(resource.Urls.Single().DisplayProperties);
        Assert.Equal(("web-abcdefgh", "web", "Project"), (resource.Name, resource.DisplayName, resource.ResourceType));
        Assert.False(resource.HasState);
    }

    [Fact]
    public void State_style_and_times_are_told()
    {
        var resource = Map(new()
        {
            ResourceType = "Project", State = new("Finished", "error"), ExitCode = 137,
            CreationTimeStamp = s_noon, StartTimeStamp = s_noon.AddSeconds(1), StopTimeStamp = s_noon.AddSeconds(2),
        });
        Assert.Equal(("Finished", "error"), (resource.State, resource.StateStyle));
        Assert.Equal(s_noon, resource.CreatedAt.ToDateTime());
        Assert.Equal(s_noon.AddSeconds(1), resource.StartedAt.ToDateTime());
        Assert.Equal(s_noon.AddSeconds(2), resource.StoppedAt.ToDateTime());
        Assert.Equal(137, resource.Properties.Single(property => property.Name == "resource.exitCode").Value.NumberValue);
    }

    [Fact]
    public void A_property_of_any_kind_has_a_value()
    {
        var resource = Map(new()
        {
            ResourceType = "Project",
            Properties =
            [
                new("executable.pid", 4711), new("executable.args", new[] { "--sandbox", "x" }), new("flag", true), new("nothing", null),
                new("resource.connectionString", "Password=secret") { IsSensitive = true },
            ],
        });
        var values = resource.Properties.ToDictionary(property => property.Name);
        Assert.Equal(4711, values["executable.pid"].Value.NumberValue);
        Assert.Equal(["--sandbox", "x"], values["executable.args"].Value.ListValue.Values.Select(item => item.StringValue));
        Assert.True(values["flag"].Value.BoolValue);
        Assert.True(values["nothing"].Value.HasNullValue);
        Assert.True(values["resource.connectionString"].IsSensitive);
        Assert.False(values["executable.pid"].IsSensitive);
    }

    [Theory]
    [InlineData(HealthStatus.Healthy, Wire.HealthStatus.Healthy)]
    [InlineData(HealthStatus.Degraded, Wire.HealthStatus.Degraded)]
    [InlineData(HealthStatus.Unhealthy, Wire.HealthStatus.Unhealthy)]
    public void Health_keeps_its_meaning_although_the_numbers_differ(HealthStatus ours, object theirs)
    {
        var report = Map(WithReport(new("web_check", ours, "refused", null))).HealthReports.Single();
        Assert.Equal(theirs, report.Status);
        Assert.Equal(("web_check", "refused", ""), (report.Key, report.Description, report.Exception));
    }

    [Fact]
    public void A_check_that_has_not_run_has_no_status() =>
        Assert.False(Map(WithReport(new("web_check", null, null, null))).HealthReports.Single().HasStatus);

    [Fact]
    public void Commands_relationships_urls_and_volumes_are_told()
    {
        var resource = Map(new()
        {
            ResourceType = "Project",
            Commands = [new("stop", ResourceCommandState.Disabled, "Stop", null, "Really?", "Stop", IconVariant.Filled, true)],
            Relationships = [new("postgres", "WaitFor")],
            Urls = [new("http", "http://localhost:8080", false) { IsInactive = true, DisplayProperties = new("Storefront", 7) }],
            Volumes = [new("data", "/var/lib/postgresql", "volume", false)],
            EnvironmentVariables = [new("A", "1", true), new("B", null, false)],
        });
        var command = resource.Commands.Single();
        Assert.Equal(("stop", "Stop", "Really?", "Stop", true), (command.Name, command.DisplayName, command.ConfirmationMessage, command.IconName, command.IsHighlighted));
        Assert.Equal((Wire.ResourceCommandState.Disabled, Wire.IconVariant.Filled), (command.State, command.IconVariant));
        Assert.Equal(("postgres", "WaitFor"), (resource.Relationships.Single().ResourceName, resource.Relationships.Single().Type));
        var url = resource.Urls.Single();
        Assert.Equal(("http", "http://localhost:8080", true, "Storefront", 7), (url.EndpointName, url.FullUrl, url.IsInactive, url.DisplayProperties.DisplayName, url.DisplayProperties.SortOrder));
        Assert.Equal(("data", "volume"), (resource.Volumes.Single().Source, resource.Volumes.Single().MountType));
        Assert.Equal([true, false], resource.Environment.Select(variable => variable.HasValue));
    }

    private static CustomResourceSnapshot WithReport(HealthReportSnapshot report) =>
        new() { ResourceType = "Project", HealthReports = [report] };

    private static Wire.Resource Map(CustomResourceSnapshot snapshot) =>
        ResourceMessages.From(new ResourceEvent(new ProjectResource("web"), "web-abcdefgh", snapshot));
}
