using Shop.Catalog.Replication;

namespace Shop.Tests.Unit.Catalog;

public sealed class ReplicationHistoryTests
{
    private readonly ReplicationHistory _history = new();

    [Fact]
    public void Before_the_primary_was_asked_nothing_is_known() =>
        Assert.Equal(new ReplicationPlace(null, false, 0), _history.Locate(100));

    [Fact]
    public void A_standby_that_has_all_is_complete_as_of_the_last_look()
    {
        _history.PrimaryWasAt(10, 100);
        _history.PrimaryWasAt(20, 200);

        Assert.Equal(new ReplicationPlace(20, true, 0), _history.Locate(200));
    }

    [Fact]
    public void A_late_one_is_as_old_as_the_last_look_that_it_has_passed()
    {
        _history.PrimaryWasAt(10, 100);
        _history.PrimaryWasAt(20, 200);
        _history.PrimaryWasAt(30, 300);

        Assert.Equal(new ReplicationPlace(10, false, 150), _history.Locate(150));
        Assert.Equal(new ReplicationPlace(20, false, 50), _history.Locate(250));
    }

    [Fact]
    public void One_that_was_never_seen_complete_has_no_age()
    {
        _history.PrimaryWasAt(10, 100);

        Assert.Equal(new ReplicationPlace(null, false, 60), _history.Locate(40));
    }

    [Fact]
    public void An_idle_primary_makes_it_no_older()
    {
        _history.PrimaryWasAt(10, 100);
        _history.PrimaryWasAt(20, 100);

        Assert.Equal(new ReplicationPlace(20, true, 0), _history.Locate(100));
    }

    [Fact]
    public void However_late_it_is_the_history_is_bounded_and_its_age_is_kept()
    {
        _history.PrimaryWasAt(0, 0);
        for (var look = 1; look <= 3 * ReplicationHistory.Capacity; look++) _history.PrimaryWasAt(look, (ulong)look);

        Assert.Equal(ReplicationHistory.Capacity, _history.Count);
        Assert.Equal(0, _history.Locate(0).CompleteAt);
    }
}
