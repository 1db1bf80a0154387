using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shop.ServiceDefaults.Data;

namespace Shop.Tests.Unit.ServiceDefaults;

public sealed class PeriodicWorkTests
{
    // Npgsql lets the error of a name that cannot be resolved through as it is; a call to another service has errors of its own.
    public static TheoryData<Exception> Failures =>
        [new NpgsqlException("away"), new SocketException((int)SocketError.TryAgain), new HttpRequestException("away"), new OperationCanceledException("too slow")];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Whatever_fails_is_tried_again_at_the_next_turn(Exception failure)
    {
        var time = new SteppedTime();
        await using var source = NpgsqlDataSource.Create("Host=127.0.0.1");
        await using var database = new ServiceDatabase("one", "Host=127.0.0.1", source, time);
        var databases = new ServiceDatabases([database]);
        databases.MarkReady();
        using var work = new Work(databases, time, failure);
        await work.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => work.Turns == 1);
        await Eventually.TrueAsync(() =>
        {
            time.Advance(Work.Period);
            return work.Turns >= 3 || work.ExecuteTask!.IsCompleted;
        });
        Assert.False(work.ExecuteTask!.IsCompleted);
        await work.StopAsync(CancellationToken.None);
        Assert.True(work.ExecuteTask.IsCompleted);
    }

    private sealed class Work(ServiceDatabases databases, TimeProvider time, Exception failure)
        : PeriodicWork(databases, time, Period, NullLogger.Instance)
    {
        public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

        public int Turns { get; private set; }

        protected override Task RunAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
        {
            Turns++;
            throw failure;
        }
    }
}
