using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.StandIns.Tests.Hosting;

public sealed class TestingBuilderTests
{
    [Fact]
    public async Task An_AppHost_runs_in_the_test_with_random_ports_and_leaves_nothing()
    {
        var marker = TestApplication.Marker();
        Uri address;
        await using (var builder = await DistributedApplicationTestingBuilder.CreateAsync<TestingBuilderTests>(
            [$"--Marker={marker}", "--Port=8089"], TestApplication.Limit()))
        {
            var app = await builder.BuildAsync(TestApplication.Limit());
            await app.StartAsync(TestApplication.Limit());
            var healthy = await app.ResourceNotifications.WaitForResourceHealthyAsync("service", TestApplication.Limit(60));
            Assert.Equal(HealthStatus.Healthy, healthy.Snapshot.HealthStatus);

            address = app.GetEndpoint("service");
            Assert.NotEqual(8089, address.Port);
            using var client = app.CreateHttpClient("service");
            Assert.True(int.Parse(await client.GetStringAsync(new Uri("/asked", UriKind.Relative), TestApplication.Limit())) > 3);
        }

        Assert.Empty(TestApplication.ProcessesNamed("sleep", marker));
        using var late = new HttpClient { BaseAddress = address };
        await Assert.ThrowsAsync<HttpRequestException>(() => late.GetAsync(new Uri("/asked", UriKind.Relative), TestApplication.Limit()));
    }
}
