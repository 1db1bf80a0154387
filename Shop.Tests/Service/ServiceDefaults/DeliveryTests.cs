using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Data;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Tests.Service.ServiceDefaults;

[Collection(Servers.Collection)]
public sealed class DeliveryTests(Servers servers)
{
    [Fact]
    public async Task A_committed_message_is_handled_once_and_leaves_nothing_behind()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var service = await bed.StartAsync();
        for (var number = 0; number < 20; number++)
            await MessagingBed.SendAsync(service, number);
        await bed.EffectsBecomeAsync(20);
        await bed.SettleAsync();
        Assert.Equal(20, await bed.EffectsAsync());
    }

    [Fact]
    public async Task A_burst_of_which_few_messages_wake_the_relay_arrives_complete()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var service = await bed.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var number = 0; number < 40; number++)
                await MessagingBed.SendAsync(service, number);
        }));
        await bed.EffectsBecomeAsync(320);
    }

    [Fact]
    public async Task A_rolled_back_message_is_never_sent()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var service = await bed.StartAsync();
        var databases = service.Get<ServiceDatabases>();
        await databases.WhenReadyAsync(CancellationToken.None);
        await using (var connection = await databases[0].OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await service.Get<Outbox>().WriteAsync(
                connection, transaction, new ThingHappened(Guid.Empty, 1), Guid.Empty, 1, CancellationToken.None);
            await transaction.RollbackAsync();
        }

        // A later message that arrives shows that an earlier one would have.
        await MessagingBed.SendAsync(service, 2);
        await bed.EffectsBecomeAsync(1);
    }

    [Theory]
    [InlineData("messaging.relay.before-publish")]
    [InlineData("messaging.relay.after-publish")]
    [InlineData("messaging.relay.before-mark")]
    public async Task A_relay_that_dies_on_the_way_begins_anew_and_the_effect_happens_once(string point)
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var service = await bed.StartAsync();
        var deaths = 0;
        using var failpoint = service.Get<Failpoints>().On(
            point, _ => Interlocked.Increment(ref deaths) == 1 ? throw new FailpointException(point) : ValueTask.CompletedTask);
        await MessagingBed.SendAsync(service, 1);
        await bed.EffectsBecomeAsync(1);
        await bed.SettleAsync();
        Assert.True(deaths >= 2);
        Assert.Equal(1, await bed.EffectsAsync());
    }

    [Fact]
    public async Task A_service_that_stops_between_commit_and_publish_sends_after_its_restart()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using (var first = await bed.StartAsync())
        {
            using var failpoint = first.Get<Failpoints>().On(
                "messaging.relay.before-publish", _ => throw new FailpointException("before-publish"));
            await MessagingBed.SendAsync(first, 1);
            await MessagingBed.SendAsync(first, 2);
        }

        Assert.Equal(2, await bed.OutboxAsync());
        Assert.Equal(0, await bed.EffectsAsync());
        await using var second = await bed.StartAsync();
        await bed.EffectsBecomeAsync(2);
    }

    [Theory]
    [InlineData("messaging.consume.before-commit")]
    [InlineData("messaging.consume.after-commit")]
    public async Task A_consumer_that_dies_around_its_commit_has_the_effect_once(string point)
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var service = await bed.StartAsync();
        var deaths = 0;
        using var failpoint = service.Get<Failpoints>().On(
            point, _ => Interlocked.Increment(ref deaths) == 1 ? throw new FailpointException(point) : ValueTask.CompletedTask);
        await MessagingBed.SendAsync(service, 1);
        await Eventually.TrueAsync(() => deaths >= 1);
        await bed.EffectsBecomeAsync(1);
        await Eventually.TrueAsync(async () => await bed.DepthAsync(bed.Queue + ".retry.0.1s") == 0);
        await bed.SettleAsync();
        Assert.Equal(1, await bed.EffectsAsync());
    }

    [Fact]
    public async Task A_replica_takes_over_the_relay_of_one_that_stops()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var second = await StartTwoAndStopFirstAsync(bed);
        await MessagingBed.SendAsync(second, 2);
        await bed.EffectsBecomeAsync(2);
    }

    [Fact]
    public async Task A_message_waits_in_the_outbox_until_its_first_consumer_exists()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var sender = await bed.StartAsync(consume: false);
        await MessagingBed.SendAsync(sender, 1);
        var returned = 0;
        using var failpoint = sender.Get<Failpoints>().On("messaging.relay.before-mark", _ =>
        {
            Interlocked.Increment(ref returned);
            return ValueTask.CompletedTask;
        });
        await Eventually.TrueAsync(() => returned >= 1);
        Assert.Equal(1, await bed.OutboxAsync());
        await using var receiver = await bed.StartAsync(publish: false);
        await bed.EffectsBecomeAsync(1);
    }

    [Fact]
    public async Task An_optional_event_without_a_listener_does_not_pile_up()
    {
        await using var bed = await MessagingBed.CreateAsync(servers);
        await using var sender = await bed.StartAsync(consume: false, optional: true);
        await MessagingBed.SendAsync(sender, 1);
        await Eventually.TrueAsync(async () => await bed.OutboxAsync() == 0);
    }

    private static async Task<TestService> StartTwoAndStopFirstAsync(MessagingBed bed)
    {
        await using var first = await bed.StartAsync();
        await MessagingBed.SendAsync(first, 1);
        await bed.EffectsBecomeAsync(1);
        return await bed.StartAsync();
    }
}
