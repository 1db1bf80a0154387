using RabbitMQ.Client;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.Tests.Service.ServiceDefaults.WorkQueues;

[Collection(Servers.Collection)]
public sealed class PriorityWorkQueueTests(Servers servers)
{
    [Fact]
    public async Task High_jobs_go_first_but_after_three_a_low_one_that_waits_has_its_turn()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        using var go = new SemaphoreSlim(0);
        bed.Script.Act = (_, _, cancellationToken) => go.WaitAsync(cancellationToken);
        await using var service = await bed.StartAsync();
        await bed.SendAsync(service, JobPriority.High, "first");
        await Eventually.TrueAsync(() => bed.Script.Begun.Count == 1);
        await bed.SendAsync(service, JobPriority.Low, "a", "b", "c", "d");
        await bed.SendAsync(service, JobPriority.High, "1", "2", "3", "4", "5", "6", "7", "8");
        string[] expected = ["first", "1", "2", "3", "a", "4", "5", "6", "b", "7", "8", "c", "d"];
        var (high, low) = (9, 4);
        for (var i = 0; i < expected.Length; i++)
        {
            // One at work; the broker has sent all that the replica may hold beside it.
            await Eventually.TrueAsync(() => bed.Script.Begun.Count == i + 1);
            await Eventually.BecomesAsync(
                $"two of {high} high and of {low} low ones are held", () => Task.FromResult(Held(service, bed)),
                held => held == (Math.Min(2, high), Math.Min(2, low)));
            if (char.IsLetter(expected[i][0]) && expected[i] != "first")
                low--;
            else
                high--;
            go.Release();
        }

        await Eventually.TrueAsync(() => Held(service, bed) == (0, 0));
        Assert.Equal(expected, bed.Script.Done);
    }

    [Fact]
    public async Task A_job_that_fails_is_tried_again_in_its_lane_and_then_a_dead_letter()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        bed.Script.Act = (_, _, _) => throw new InvalidOperationException("never");
        await using var service = await bed.StartAsync();
        await bed.SendAsync(service, JobPriority.High, "high");
        await bed.SendAsync(service, JobPriority.Low, "low");
        await Eventually.TrueAsync(async () => await bed.DepthAsync(bed.Mails + ".dead") == 2);
        Assert.Equal(5, bed.Script.Begun.Count(job => job == "high"));
        Assert.Equal(5, bed.Script.Begun.Count(job => job == "low"));
    }

    // The bed has one worker; of each lane two are held.
    [Fact]
    public async Task While_low_jobs_wait_for_their_next_try_the_others_go_on()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        bed.RetryDelay = TimeSpan.FromMinutes(5);
        bed.Script.Act = (job, _, _) => job is "bad" or "worse" ? throw new InvalidOperationException("never") : Task.CompletedTask;
        await using var service = await bed.StartAsync();
        await bed.SendAsync(service, JobPriority.Low, "bad");
        await Eventually.TrueAsync(() => bed.Script.Begun.Count == 1);
        await bed.SendAsync(service, JobPriority.Low, "good");
        await Eventually.TrueAsync(() => bed.Script.Done.Contains("good"));
        await bed.SendAsync(service, JobPriority.Low, "worse", "waits");
        await Eventually.TrueAsync(() => bed.Script.Begun.Contains("worse"));
        await bed.SendAsync(service, JobPriority.High, "urgent");
        await Eventually.TrueAsync(() => bed.Script.Done.Contains("urgent"));
        await Eventually.TrueAsync(() => Held(service, bed) == (0, 2));
        Assert.DoesNotContain("waits", bed.Script.Begun);
    }

    [Fact]
    public async Task A_job_that_was_only_held_when_its_replicas_ended_is_done_by_the_next_one()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        await EnqueueAndStopAsync(bed);
        Assert.Equal(6, await bed.HoldAndEndAsync(bed.Mails, ".low", sessions: 6));
        await using var service = await bed.StartAsync();
        await Eventually.TrueAsync(() => bed.Script.Done.Contains("held"));
        Assert.Equal(0u, await bed.DepthAsync(bed.Mails + ".dead"));
    }

    [Fact]
    public async Task A_job_with_which_every_replica_ends_is_a_dead_letter_after_21_deliveries()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        await EnqueueAndStopAsync(bed);
        Assert.Equal(21, await bed.HoldAndEndAsync(bed.Mails, ".low", sessions: 30));
        Assert.Equal("delivery_limit", await bed.CauseOfDeathAsync(bed.Mails));
    }

    [Fact]
    public async Task A_job_is_enqueued_with_a_priority_if_and_only_if_its_queue_has_them()
    {
        await using var bed = await WorkBed.CreateAsync(servers);
        await using var service = await bed.StartAsync();
        var outbox = service.Get<Outbox>();
        Assert.Throws<InvalidOperationException>(() => outbox.Command(new Send("x"), Guid.Empty, 1));
        Assert.Throws<InvalidOperationException>(() => outbox.Command([new OutboxMessage<Send>(new Send("x"), Guid.Empty, 1)]));
        Assert.Throws<InvalidOperationException>(() => outbox.Command(new Count(1), Guid.Empty, 1, JobPriority.High));
    }

    private static async Task EnqueueAndStopAsync(WorkBed bed)
    {
        await using (var service = await bed.StartAsync())
        {
            await bed.SendAsync(service, JobPriority.Low, "first");
            await Eventually.TrueAsync(() => Held(service, bed) == (0, 0) && bed.Script.Done.Contains("first"));
        }

        await bed.PublishRawAsync(
            bed.Mails + ".low", new BasicProperties { Type = "send.low", MessageId = $"{Guid.CreateVersion7():D}" }, """{"to":"held"}"""u8.ToArray());
    }

    private static (int High, int Low) Held(TestService service, WorkBed bed)
    {
        var held = service.Get<QueueLevels>().Unacked.ToDictionary(q => q.Queue, q => q.Count);
        return (held.GetValueOrDefault(bed.Mails + ".high"), held.GetValueOrDefault(bed.Mails + ".low"));
    }
}
