using Microsoft.Extensions.Configuration;
using Shop.ServiceDefaults;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class FailpointTests
{
    [Fact]
    public async Task Without_configuration_nothing_happens() =>
        await Create([]).HitAsync("orders.placed.before-commit", CancellationToken.None);

    [Fact]
    public async Task An_error_with_a_number_happens_at_that_hit_only()
    {
        var points = Create(new() { ["Failpoints:a.b"] = "error@2" });
        await points.HitAsync("a.b", CancellationToken.None);
        await Assert.ThrowsAsync<FailpointException>(async () => await points.HitAsync("a.b", CancellationToken.None));
        await points.HitAsync("a.b", CancellationToken.None);
        await points.HitAsync("other", CancellationToken.None);
    }

    [Fact]
    public async Task A_delay_ends_with_its_caller()
    {
        var points = Create(new() { ["Failpoints:a.b"] = "delay:60000ms" });
        using var cancellation = new CancellationTokenSource();
        var hit = points.HitAsync("a.b", cancellation.Token);
        Assert.False(hit.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await hit);
    }

    [Fact]
    public async Task A_rival_runs_at_the_point_until_it_is_taken_away()
    {
        var points = Create([]);
        var runs = 0;
        using (points.On("a.b", _ =>
        {
            runs++;
            return ValueTask.CompletedTask;
        }))
            await points.HitAsync("a.b", CancellationToken.None);
        await points.HitAsync("a.b", CancellationToken.None);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task One_that_asks_stands_still_until_it_is_answered()
    {
        await using var director = await Director.StartAsync();
        var points = Create(new() { ["Failpoints:a.b"] = director.Setting("first") });
        await points.HitAsync("a.b", CancellationToken.None);
        var (reached, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        using (director.On("first", "a.b", () =>
        {
            reached.SetResult();
            return answer.Task;
        }))
        {
            var hit = points.HitAsync("a.b", CancellationToken.None).AsTask();
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.False(hit.IsCompleted);
            answer.SetResult();
            await hit.WaitAsync(TimeSpan.FromSeconds(30));
        }
        using (director.On("first", "a.b", () => throw new TimeoutException()))
            await Assert.ThrowsAsync<FailpointException>(async () => await points.HitAsync("a.b", CancellationToken.None));
    }

    [Theory]
    [InlineData("explode")]
    [InlineData("ask:")]
    [InlineData("ask:/here")]
    [InlineData("error@x")]
    [InlineData("delay:5s")]
    [InlineData("delay:ms")]
    [InlineData("error@1@2")]
    public void What_cannot_be_read_is_an_error_at_start(string action) =>
        Assert.Throws<InvalidOperationException>(() => Create(new() { ["Failpoints:a.b"] = action }));

    private static Failpoints Create(Dictionary<string, string?> configuration) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build(), TimeProvider.System);
}
