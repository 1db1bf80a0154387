using System.Diagnostics.Metrics;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Shop.Catalog.Replication;
using Shop.Tests.Unit.ServiceDefaults;

namespace Shop.Tests.Unit.Catalog;

public sealed class StandbyStateTests : IAsyncDisposable
{
    private static readonly StandbyAnswer CaughtUp = new(InRecovery: true, Replayed: 100, Received: 100, Cluster: 1);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create("Host=192.0.2.1");
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private readonly Standby _standby;

    public StandbyStateTests()
    {
        var options = new StandbyOptions { MaxLag = TimeSpan.FromSeconds(1) };
        _standby = new Standby(
            _source, Options.Create(options), new ReplicationMetrics(_services.GetRequiredService<IMeterFactory>()), _time);
        Look(new PrimaryAnswer(100, 1), TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public void The_time_for_which_a_hanging_primary_is_waited_for_does_not_make_the_standby_late()
    {
        for (var look = 0; look < 10; look++)
        {
            Look(primary: null, TimeSpan.FromMilliseconds(700));
            _time.Advance(TimeSpan.FromMilliseconds(700));
            Assert.True(_standby.IsUsable);
        }
    }

    [Fact]
    public void Nor_is_one_trusted_that_has_not_replayed_all_it_received()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _standby.Observe(_time.GetTimestamp(), _time.GetTimestamp(), null, CaughtUp with { Received = 101 });
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_standby.IsUsable);
    }

    public static TheoryData<Exception, StandbyState> Failures { get; } = new()
    {
        { new NpgsqlException("refused", new SocketException()), StandbyState.Away },
        { new NpgsqlException("broken", new IOException()), StandbyState.Away },
        { new SocketException(), StandbyState.Away },
        { Refused("57P01"), StandbyState.Away },
        { Refused("57P02"), StandbyState.Away },
        { Refused("57P03"), StandbyState.Away },
        { Refused("57014"), StandbyState.Following },
        { Refused("40001"), StandbyState.Following },
        { Refused("53300"), StandbyState.Following },
        { new NpgsqlException("The pool is exhausted", new TimeoutException()), StandbyState.Following },
        { new TimeoutException(), StandbyState.Following },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void One_slow_or_refused_read_does_not_take_it_from_all_others(Exception failure, StandbyState state)
    {
        _standby.Failed(failure);
        Assert.Equal(state, _standby.State);
    }

    private static PostgresException Refused(string state) => new("refused", "ERROR", "ERROR", state);

    private void Look(PrimaryAnswer? primary, TimeSpan wait)
    {
        var asked = _time.GetTimestamp();
        _time.Advance(wait);
        _standby.Observe(asked, _time.GetTimestamp(), primary, CaughtUp);
    }
}
