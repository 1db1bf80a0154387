using Aspire.Hosting;

namespace Shop.StandIns.Tests.Hosting;

public sealed class ServerModeTests
{
    private const string Image = "docker.io/library/redis:8.6";

    [Fact]
    public async Task An_engine_with_the_images_runs_the_servers()
    {
        using var engine = new FakeEngine("exit 0");

        Assert.True(await engine.DecideAsync());
        Assert.DoesNotContain($"pull --quiet {Image}", engine.Calls);
    }

    [Fact]
    public async Task A_missing_image_is_pulled()
    {
        using var engine = new FakeEngine("[ \"$1\" != image ]");

        Assert.True(await engine.DecideAsync());
        Assert.Contains($"pull --quiet {Image}", engine.Calls);
        Assert.Equal($"Pulling {Image} …", Assert.Single(engine.Lines));
    }

    [Fact]
    public async Task Without_an_image_that_can_be_had_the_machine_runs_them_and_one_line_tells_why()
    {
        using var engine = new FakeEngine("[ \"$1\" = ps ] || { echo 'pulling fs layer'; echo 'no such host' >&2; exit 1; }");

        Assert.False(await engine.DecideAsync());
        var line = engine.Lines[^1];
        Assert.StartsWith("The servers run as programs of this machine, not as containers, because ", line, StringComparison.Ordinal);
        Assert.EndsWith($"cannot get the image {Image} (no such host).", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_engine_the_machine_runs_them()
    {
        using var engine = new FakeEngine(null);

        Assert.False(await engine.DecideAsync());
        Assert.EndsWith("because no container runtime answers.", Assert.Single(engine.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_that_are_demanded_and_cannot_be_had_end_the_run()
    {
        using var engine = new FakeEngine(null);

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => engine.DecideAsync("--SHOP_SERVERS=containers"));
        Assert.StartsWith("SHOP_SERVERS is containers, but no container runtime answers", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_that_a_container_still_uses_is_not_given_to_a_second_one()
    {
        using var engine = new FakeEngine("[ \"$1 $4\" != 'ps --filter' ] || echo cache-old");

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => engine.DecideAsync("--Shop:Fresh=true"));
        Assert.StartsWith("The container cache-old still uses the volume v: end it (", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("volume rm --force v", engine.Calls);
    }

    [Fact]
    public async Task A_second_run_on_the_same_data_is_refused()
    {
        using var engine = new FakeEngine("exit 0");

        Assert.True(await engine.DecideAsync());
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => engine.DecideAsync());
        Assert.StartsWith($"Another run of this application uses the data in {engine.Data}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fresh_start_removes_the_volume_after_the_dead_containers_that_hold_it()
    {
        using var engine = new FakeEngine("[ \"$1 $4\" != 'ps --all' ] || echo cache-old");

        Assert.True(await engine.DecideAsync("--Shop:Fresh=true"));
        Assert.Equal(["rm cache-old", "volume rm --force v"], engine.Calls.TakeLast(2));
    }

    [Fact]
    public async Task A_fresh_start_that_cannot_empty_the_volume_is_none()
    {
        using var engine = new FakeEngine("[ \"$1\" != volume ] || { echo 'volume is in use' >&2; exit 1; }");

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => engine.DecideAsync("--Shop:Fresh=true"));
        Assert.Equal("The volume v cannot be emptied: volume is in use", refused.Message);
    }

    [Fact]
    public void Each_data_directory_has_volumes_of_its_own()
    {
        static string Volume(string data) => Aspire.Hosting.VolumeNameGenerator.Generate(TestApplication.CreateBuilder($"--SHOP_DATA={data}").AddRedis("cache"), "data");

        Assert.NotEqual(Volume("/tmp/one"), Volume("/tmp/two"));
        Assert.Equal(Volume("/tmp/one"), Volume("/tmp/two/../one"));
    }
}
